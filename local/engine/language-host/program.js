// Runs one of the SDK's entry points: `node program.js ENTRY ARGUMENT…`. The process ends with the language host, which
// holds the other end of the pipe on descriptor 3.
require("./lifeline").exitWithPipe(3);
const [, , entry, ...rest] = process.argv;
process.argv = [process.execPath, entry, ...rest];
require(entry);
