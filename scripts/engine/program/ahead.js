// The process of a program that the command has started before the engine: it loads what a run needs while the engine
// starts, and becomes the SDK's `cmd/run` when the engine asks for the program. It is JavaScript because node starts it.
require("../../../typescript.js");
const entry = require.resolve("@pulumi/pulumi/cmd/run");
const { preload, prepare } = require("./preload");
preload();

process.on("message", function run({ part, args, environment }) {
  if (part !== undefined) {
    prepare(part);
    return;
  }
  process.off("message", run);
  process.channel.unref();
  Object.assign(process.env, environment);
  process.argv = [process.argv[0], entry, ...args];
  require(entry);
});
// Without the command there is nobody to run the program for.
process.on("disconnect", () => process.kill(process.pid, "SIGKILL"));
