#!/usr/bin/env node
// Runs all checks and tests, the fastest first. The last line counts the passed and failed ones.
const { spawnSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join } = require("node:path");

const root = join(__dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "chainfleet-test-"));
let passed = 0;
let failed = 0;

step("type check", ["npx", "tsc", "-p", "."]);
step("lint and format", ["npx", "biome", "check", "."]);
step("import cycles", ["npm", "run", "--silent", "cycles"]);
step("contracts", ["bin/forge", "test"]);
step("format of the contracts", ["bin/forge", "fmt", "--check"]);
step("static analysis of the contracts", ["node", "test/solidity/slither.js"]);
step("coverage of the contracts", ["node", "test/solidity/coverage.js"]);
suite("unit", ["npx", "vitest", "run", "--project", "unit"]);
suite("integration", ["local/run", "--tools-only", "npx", "vitest", "run", "--project", "integration"]);

rmSync(scratch, { recursive: true, force: true });
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function step(name, [command, ...args]) {
  console.log(`\n== ${name}`);
  const ok = spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
  console.log(`${name}: ${ok ? "ok" : "FAILED"}`);
  count(ok ? 1 : 0, ok ? 0 : 1);
}

// A suite that ends without a report counts as one failure.
function suite(name, [command, ...args]) {
  console.log(`\n== ${name}`);
  const report = join(scratch, `${name}.json`);
  const status = spawnSync(
    command,
    [...args, "--reporter=default", "--reporter=json", `--outputFile=${report}`],
    {
      cwd: root,
      stdio: "inherit",
    },
  ).status;
  try {
    const { numPassedTests, numFailedTests, numFailedTestSuites } = JSON.parse(readFileSync(report, "utf8"));
    const broken = numFailedTests === 0 && status !== 0 ? Math.max(1, numFailedTestSuites) : 0;
    count(numPassedTests, numFailedTests + broken);
  } catch {
    count(0, 1);
  }
}

function count(ok, notOk) {
  passed += ok;
  failed += notOk;
}
