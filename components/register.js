// Lets plain node load the TypeScript modules: Pulumi runs dynamic providers without a TypeScript loader.
const { join } = require("node:path");
const root = join(__dirname, "..");
if (!process[Symbol.for("ts-node.register.instance")]) {
  require("ts-node").register({ cwd: root, projectSearchDir: root });
}
