// Runs one of the SDK's entry points (`node program.js <entry> <its arguments>`) and ends with the language
// host, which holds the other end of descriptor 3.
require("./lifeline").diesWith(3);
const [, , entry, ...rest] = process.argv;
process.argv = [process.execPath, entry, ...rest];
require(entry);
