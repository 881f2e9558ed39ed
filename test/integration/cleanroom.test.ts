import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { tracesIn } from "../../local/cleanrooms/traces";
import { smallNetwork } from "../../pipeline/repository/deploy-in-cleanroom";
import { Checkout } from "../support/checkout";
import { startCommand } from "../support/command";
import { runningProcesses } from "../support/processes";

/** A cleanroom that a process of `local/cleanroom hold` has. */
interface Held {
  readonly holder: ChildProcess;
  readonly room: number;
  readonly folder: string;
  readonly warm: boolean;
  readonly environment: Record<string, string>;
}

describe("a cleanroom of the local target", () => {
  const checkout = new Checkout(1, 1);
  const environment = { ...process.env, CHAINFLEET_CLEANROOMS: "1" };

  beforeAll(() => {
    execFileSync("git", ["init", "--quiet"], { cwd: checkout.folder });
  });
  afterAll(async () => {
    await cleanroom("empty").finished;
    await checkout.close();
  });

  function cleanroom(...args: readonly string[]) {
    return startCommand(checkout.path("local/cleanroom"), args, { cwd: checkout.folder, env: environment });
  }

  async function hold(): Promise<Held> {
    const holder = spawn(checkout.path("local/cleanroom"), ["hold"], {
      cwd: checkout.folder,
      env: environment,
      stdio: ["pipe", "pipe", "inherit"],
    });
    const lines = createInterface({ input: holder.stdout as NodeJS.ReadableStream });
    const [line] = await once(lines, "line");
    return { holder, ...JSON.parse(line) };
  }

  /** Gives a room back, and waits until the pool has made it anew. */
  async function giveBack({ holder }: Held): Promise<void> {
    holder.stdin?.end();
    await once(holder, "exit");
    await cleanroom("fill", "--used").finished;
    const { stdout } = await cleanroom("status", "--json").finished;
    expect(JSON.parse(stdout)).toEqual({ rooms: [{ room: 1, state: "ready" }] });
  }

  /** Leaves something in every part of a room: the clouds, the cluster, the chain, the state, the files. */
  async function use({ folder, environment: variables }: Held): Promise<void> {
    const file = join(folder, "Pulumi.dev.yaml");
    writeFileSync(file, smallNetwork(readFileSync(file, "utf8")));
    const up = await startCommand(join(folder, "bin/chainfleet"), ["up", "--stack", "dev", "--json"], {
      cwd: folder,
      env: { ...process.env, ...variables },
    }).finished;
    expect(up.code, up.output).toBe(0);
    expect(existsSync(join(folder, ".chainfleet/runs"))).toBe(true);
    const traces = await tracesIn(variables);
    expect(traces.map((trace) => trace.replace(/ has .*/, ""))).toEqual([
      "the simulated clouds",
      "the API server",
      "the state service",
      "the chain 138",
    ]);
  }

  async function expectClean({ folder, environment: variables }: Held): Promise<void> {
    expect(await tracesIn(variables)).toEqual([]);
    expect(existsSync(join(folder, ".chainfleet/runs"))).toBe(false);
    expect(readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8")).toContain("chainfleet:regions");
    expect(readFileSync(join(folder, "Pulumi.dev.yaml"), "utf8")).toBe(
      readFileSync(checkout.path("Pulumi.dev.yaml"), "utf8"),
    );
  }

  it("has nothing of the user before, who gave it back", async () => {
    const first = await hold();
    expect([first.room, first.warm]).toEqual([1, false]);
    await expectClean(first);
    await use(first);
    await giveBack(first);
    const second = await hold();
    expect([second.room, second.warm]).toEqual([1, true]);
    await expectClean(second);
    await giveBack(second);
  });

  it("has nothing of the user before, whose holder was killed in the middle of a run, and no process goes on", async () => {
    const first = await hold();
    await use(first);
    const left = spawn("bin/chainfleet", ["down", "--yes", "--stack", "dev", "--json"], {
      cwd: first.folder,
      env: { ...process.env, ...first.environment },
      stdio: "ignore",
      detached: true,
    });
    const engines = () => runningProcesses().filter(({ command }) => command.startsWith("pulumi destroy"));
    const ofRoom = () => engines().filter(({ environment: one }) => one.includes(`=${first.folder}\0`));
    await expect.poll(() => ofRoom().length, { timeout: 180_000 }).toBeGreaterThan(0);
    first.holder.kill("SIGKILL");
    await once(first.holder, "exit");
    const ended = left.exitCode === null ? once(left, "exit") : Promise.resolve();
    const second = await hold();
    await ended;
    expect(ofRoom()).toEqual([]);
    expect([second.room, second.warm]).toEqual([1, false]);
    await expectClean(second);
    await giveBack(second);
  });

  it("waits without using the processor, and is not taken twice", async () => {
    const waiting = runningProcesses().filter(
      ({ command, environment: one }) =>
        one.includes(`CHAINFLEET_CLEANROOM=${checkout.path(".chainfleet/rooms/1")}\0`) && command !== "",
    );
    const states = waiting.map(({ pid }) => readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.[0]);
    expect(new Set(states)).toEqual(new Set(["T"]));
    const held = await hold();
    const { code, output } = await cleanroom("run", "true").finished;
    expect(code).toBe(1);
    expect(output).toContain(`CLEANROOMS_EXHAUSTED`);
    expect(output).toContain(`1: process ${held.holder.pid} (local/cleanroom hold), since `);
    await giveBack(held);
  });

  it("runs a command with its variables, and ends with the exit code of the command", async () => {
    const { code, stdout } = await cleanroom("run", "sh", "-c", "pwd; echo $PULUMI_BACKEND_URL; exit 7")
      .finished;
    expect(code).toBe(7);
    expect(stdout).toMatch(new RegExp(`^${checkout.path(".chainfleet/rooms/1")}\nhttp://127.0.0.1:\\d+\n$`));
  });
});
