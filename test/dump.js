#!/usr/bin/env node
// Writes test/expected/<stack>.json: every resource of each example stack. Review its diff together with the code.
require("../typescript.js");
require("./dump/dump-stack").writeAll(process.argv[2] ?? require("node:path").join(__dirname, "expected"));
