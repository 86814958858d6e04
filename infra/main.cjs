// Where Pulumi enters. tsx strips the types with esbuild and keeps what it has stripped, in a fraction of the time that
// Pulumi's own ts-node takes for the program's fifty files; `npm run check` is what checks the types.
require("tsx/cjs/api").register();
module.exports = require("./index.ts");
