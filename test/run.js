#!/usr/bin/env node
// Runs all checks and tests, the fastest first. The end names each failure, because a log of CI often keeps
// nothing but its end; the last line counts the passed and failed ones.
const { spawnSync } = require("node:child_process");
const { mkdtempSync, readFileSync, rmSync } = require("node:fs");
const { tmpdir } = require("node:os");
const { join, relative } = require("node:path");
const { stripVTControlCharacters } = require("node:util");

const root = join(__dirname, "..");
const scratch = mkdtempSync(join(tmpdir(), "chainfleet-test-"));
let passed = 0;
let failed = 0;
/** What failed, a line each: the step or test, and the first line of its message. */
const failures = [];

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
if (failures.length > 0) console.log(`\nFailed:\n${failures.map((line) => `  ${line}`).join("\n")}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;

function step(name, [command, ...args]) {
  console.log(`\n== ${name}`);
  const ok = spawnSync(command, args, { cwd: root, stdio: "inherit" }).status === 0;
  console.log(`${name}: ${ok ? "ok" : "FAILED"}`);
  if (!ok) failures.push(name);
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
    const { numPassedTests, testResults } = JSON.parse(readFileSync(report, "utf8"));
    const lines = testResults.flatMap(failuresOf);
    if (lines.length === 0 && status !== 0) lines.push(`${name}: exit code ${status} without a failed test`);
    failures.push(...lines);
    count(numPassedTests, lines.length);
  } catch {
    failures.push(`${name}: ended without a report`);
    count(0, 1);
  }
}

// A file whose import or hook failed has no failed test, and is a failure of its own.
function failuresOf({ name, status, message, assertionResults }) {
  const file = relative(root, name);
  const tests = assertionResults.filter(({ status }) => status === "failed");
  if (tests.length > 0)
    return tests.map((test) => `${file}: ${test.fullName}: ${firstLine(test.failureMessages.join(""))}`);
  return status === "failed" ? [`${file}: ${firstLine(message) || "a hook failed"}`] : [];
}

function firstLine(message) {
  return stripVTControlCharacters(message).split("\n", 1)[0].slice(0, 120);
}

function count(ok, notOk) {
  passed += ok;
  failed += notOk;
}
