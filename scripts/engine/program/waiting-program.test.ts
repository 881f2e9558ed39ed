import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { PROJECT_ROOT } from "../../../components/root";
import { WaitingProgram } from "./waiting-program";

it("a waiting program becomes the SDK's program when it is run, and passes on what that prints", async () => {
  const lines: string[] = [];
  const onLine = (line: string) => lines.push(line);
  const program = new WaitingProgram();
  program.prepare("network");
  const end = await program.run({ args: ["--stack", "dev", "."], environment: {}, onLine });
  // The address of the engine's resource monitor is missing.
  expect(lines[0]).toMatch("--monitor=addr must be provided");
  expect(end.code).toBeGreaterThan(0);
});

it("a waiting program that was killed has ended with the signal when it is to be run", async () => {
  const program = new WaitingProgram();
  program.kill();
  await new Promise((resolve) => setTimeout(resolve, 300));
  const end = await program.run({ args: ["."], environment: {}, onLine: () => {} });
  expect(end).toEqual({ code: null, signal: "SIGKILL" });
});

it("a command that does not run its waiting program ends at once, and the program with it", () => {
  const command = `
    const { WaitingProgram } = require("./scripts/engine/program/waiting-program");
    new WaitingProgram();`;
  const run = () =>
    execFileSync(process.execPath, ["--require", "./typescript.js", "--eval", command], {
      cwd: PROJECT_ROOT,
      timeout: 60_000,
    });
  expect(run).not.toThrow();
});
