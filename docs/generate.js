#!/usr/bin/env node
// Writes docs/config.md from the config's schema.
require("../typescript.js");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
writeFileSync(join(__dirname, "config.md"), require("./config-reference").configReference());
