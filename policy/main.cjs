// Where the engine enters, which looks for what package.json names as main. As in infra/main.cjs, tsx strips the types;
// @pulumi/policy is found in the project's node_modules, above this folder.
require("tsx/cjs/api").register();
module.exports = require("./index.ts");
