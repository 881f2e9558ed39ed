#!/usr/bin/env node
// Writes test/expected/<stack>.json: every resource of each example stack. Review its diff together with the code.
// test/dump.js FOLDER STACK… writes the files of some stacks into another folder.
require("../typescript.js");
const [folder = require("node:path").join(__dirname, "expected"), ...stacks] = process.argv.slice(2);
require("./dump/dump-stack").writeAll(folder, stacks);
