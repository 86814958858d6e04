// Where Pulumi enters. The program comes as one bundle of its sources; where none can be had, tsx loads them one by one.
// Neither checks types: `npm run check` does.
const { join } = require("node:path");
const { loadBundle } = require("./program-bundle.cjs");

const program = loadBundle(join(__dirname, ".."));
if (program) {
  module.exports = program(require, __dirname);
} else {
  require("tsx/cjs/api").register();
  module.exports = require("./index.ts");
}
