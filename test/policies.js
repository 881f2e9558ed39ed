#!/usr/bin/env node
// test/policies.js FILE STACK… [--changes JSON] runs the programs of stacks without a cloud and writes what the policies say, by stack, as JSON,
// with changes of their configs.
require("../typescript.js");
const { writeFileSync } = require("node:fs");
const { parseArgs } = require("node:util");
const { policyFindings } = require("./dump/policy-findings");

async function main(args) {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { changes: { type: "string", default: "{}" } },
  });
  const [file, ...stacks] = positionals;
  const changes = JSON.parse(values.changes);
  const findings = {};
  for (const stack of stacks) {
    findings[stack] = await policyFindings(stack, changes);
    console.log(`${stack}: ${findings[stack].length} findings`);
    for (const { level, message } of findings[stack]) {
      console.log(`${level}: ${message}`);
    }
  }
  writeFileSync(file, JSON.stringify(findings));
  // Findings are the result of this program; a rule that is broken sets another exit code.
  process.exitCode = 0;
}

main(process.argv.slice(2));
