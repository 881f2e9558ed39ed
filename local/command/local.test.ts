import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { CHECKOUT } from "../root";
import { type LocalScript, runLocally } from "./local";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "command-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const never = new AbortController().signal;

function run(script: string, more: Partial<LocalScript> = {}, log: (line: string) => void = () => {}) {
  return runLocally({ script, logging: "stdoutAndStderr", ...more }, log, never);
}

test("outputs both streams without their last newline", async () => {
  expect(await run("echo out; echo; echo err >&2; printf x")).toEqual({ stdout: "out\n\nx", stderr: "err" });
});

test("gives the script its directory, environment and standard input", async () => {
  const { stdout } = await run('pwd; echo "$GREETING"; cat', {
    dir: folder,
    environment: { GREETING: "hello $(no) 'one'" },
    stdin: "from outside",
  });
  expect(stdout).toBe(`${folder}\nhello $(no) 'one'\nfrom outside`);
});

test("runs a custom interpreter with its arguments", async () => {
  const { stdout } = await run("console.log(process.argv.length)", { interpreter: [process.execPath, "-e"] });
  expect(stdout).toBe("1");
});

test("a script of several lines may exit, quote and call functions", async () => {
  const script = "f() {\n  echo \"it's $1\"\n}\n\nf 'a  b'\nexit 0\necho not this";
  expect((await run(script)).stdout).toBe("it's a  b");
});

test.each([
  ["stdoutAndStderr", ["out", "err"]],
  ["stdout", ["out"]],
  ["stderr", ["err"]],
  ["none", []],
] as const)("logging %s shows %j", async (logging, expected) => {
  const lines: string[] = [];
  await run("echo out; echo err >&2", { logging }, (line) => lines.push(line));
  expect(lines.sort()).toEqual([...expected].sort());
});

test("a failure's message contains the exit and the output, but not the script", async () => {
  const failure = run("echo before; echo why >&2; : secret-token; exit 7");
  await expect(failure).rejects.toThrow("the command exited with 7");
  await expect(failure).rejects.toThrow("why");
  await expect(failure).rejects.not.toThrow("secret-token");
});

test("an error names a directory or program that does not exist", async () => {
  await expect(run("true", { dir: "/no/such" })).rejects.toThrow("/no/such does not exist");
  await expect(run("true", { interpreter: ["/no/such"] })).rejects.toThrow("/no/such could not be started");
});

test("the script is not in the list of processes", async () => {
  const { stdout } = await run("cat /proc/$$/cmdline; : top-secret");
  expect(stdout).not.toContain("top-secret");
});

test("large scripts, inputs and outputs are passed in full", async () => {
  const { stdout } = await run(`cat; : ${"x".repeat(300_000)}`, { stdin: "y".repeat(300_000) });
  expect(stdout).toHaveLength(300_000);
});

test("an abort ends the command and the processes that it started", async () => {
  const cancel = new AbortController();
  const pids = join(folder, "pids");
  const running = runLocally(
    { script: `sleep 1000 & echo $! >> ${pids}; echo $$ >> ${pids}; wait`, logging: "none" },
    () => {},
    cancel.signal,
  );
  running.catch(() => {});
  await vi.waitFor(() => expect(readFileSync(pids, "utf8").trim().split("\n")).toHaveLength(2), 10_000);
  cancel.abort(new Error("cancelled"));
  await expect(running).rejects.toThrow("the command was ended: cancelled");
  await vi.waitFor(() => expect(alive(pids)).toEqual([]), 10_000);
});

test("a killed plugin leaves no command behind", async () => {
  const pids = join(folder, "pids");
  const script = `sleep 1000 & echo $! >> ${pids}; echo $$ >> ${pids}; wait`;
  const plugin = spawn(
    process.execPath,
    [
      "--require",
      join(CHECKOUT, "typescript.js"),
      "-e",
      `require(${JSON.stringify(join(__dirname, "local.ts"))}).runLocally(
        { script: ${JSON.stringify(script)}, logging: "none" }, () => {}, new AbortController().signal)`,
    ],
    { stdio: "inherit" },
  );
  await vi.waitFor(() => expect(readFileSync(pids, "utf8").trim().split("\n")).toHaveLength(2), 20_000);
  expect(alive(pids)).toHaveLength(2);
  plugin.kill("SIGKILL");
  await once(plugin, "exit");
  await vi.waitFor(() => expect(alive(pids)).toEqual([]), 10_000);
}, 60_000);

/** The file's processes that still run; zombies do not count. */
function alive(file: string): string[] {
  return readFileSync(file, "utf8")
    .trim()
    .split("\n")
    .filter(
      (pid) =>
        existsSync(`/proc/${pid}`) && !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8")),
    );
}
