#!/usr/bin/env node
// Writes what is generated in the documents: docs/config.md and the schema for editors from the schema of the config, and the
// graphs in docs/concepts.md from the program of the dev stack.
require("../typescript.js");
const { readFileSync, writeFileSync } = require("node:fs");
const { join } = require("node:path");
writeFileSync(join(__dirname, "config.md"), require("./config-reference").configReference());
const schema = require("./config-schema").stackSchema();
writeFileSync(join(__dirname, "config.schema.json"), `${JSON.stringify(schema, null, 2)}\n`);
const { CONCEPTS, conceptsWithGraphs, devGraph, devParts } = require("./concept-graphs");
writeFileSync(CONCEPTS, conceptsWithGraphs(readFileSync(CONCEPTS, "utf8"), devGraph(), devParts()));
