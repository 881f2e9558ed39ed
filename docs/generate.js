#!/usr/bin/env node
// Writes what is generated from the schema of the config: docs/config.md, and the schema for editors.
require("../typescript.js");
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
writeFileSync(join(__dirname, "config.md"), require("./config-reference").configReference());
const schema = require("./config-schema").stackSchema();
writeFileSync(join(__dirname, "config.schema.json"), `${JSON.stringify(schema, null, 2)}\n`);
