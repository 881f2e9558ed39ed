import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../components/root";

function freshClone(): string {
  const folder = mkdtempSync(join(tmpdir(), "fresh-clone-"));
  for (const file of [
    "bin",
    "packages.js",
    "typescript.js",
    "local/status",
    "local/stop",
    "local/env",
    "local/cleanroom",
  ]) {
    cpSync(join(PROJECT_ROOT, file), join(folder, file), { recursive: true });
  }
  return folder;
}

it.each([
  ["bin/chainfleet", "npm ci\n"],
  ["bin/forge", "npm ci\n"],
  ["local/status", "npm ci && npm ci --prefix local\n"],
  ["local/stop", "npm ci && npm ci --prefix local\n"],
  ["local/env", "npm ci && npm ci --prefix local\n"],
  ["local/cleanroom", "npm ci && npm ci --prefix local\n"],
])("%s says in a fresh clone how the packages are installed", (command, install) => {
  const folder = freshClone();
  const { status, stderr } = spawnSync(join(folder, command), { cwd: folder, encoding: "utf8" });
  expect(status).toBe(1);
  expect(stderr).toContain(`The npm packages are not installed. To install them: ${install}`);
  expect(stderr).not.toContain("Error:");
});

it("an interrupted installation counts as none", () => {
  const folder = freshClone();
  mkdirSync(join(folder, "node_modules", "commander"), { recursive: true });
  writeFileSync(join(folder, "node_modules", "commander", "package.json"), "{}");
  const { stderr } = spawnSync(join(folder, "bin/chainfleet"), { cwd: folder, encoding: "utf8" });
  expect(stderr).toContain("npm ci");
});

it("the output of local/status may be cut off by its reader", () => {
  const script = `for i in 1 2 3; do ${join(PROJECT_ROOT, "local", "status")} --json | true; done`;
  const { stderr } = spawnSync("bash", ["-c", script], { cwd: PROJECT_ROOT, encoding: "utf8" });
  expect(stderr).toBe("");
});
