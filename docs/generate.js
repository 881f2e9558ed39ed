#!/usr/bin/env node
// Writes docs/config.md, which is generated from the schema of the config.
require("../typescript.js");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
writeFileSync(join(__dirname, "config.md"), require("./config-reference").configReference());
