import type { ChildProcess } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, describe, expect, it } from "vitest";
import type { Wait } from "../../components/governor/waits";
import { MODE_VARIABLE } from "../../stacks/order/mode";
import { Checkout, type RunResult } from "../support/checkout";
import { summaryIn } from "../support/summary-output";

/**
 * A network of three regions whose regions are in stacks of their own, on the local target. The tests run in this order:
 * each continues with what the one before it left. Set CHAINFLEET_TEST_SEED to repeat the moments of the kills.
 */
const SEED = Number(process.env["CHAINFLEET_TEST_SEED"] ?? Date.now() % 1_000_000);
const REGIONS = ["eastus", "us-west-2", "onprem"];

const checkout = new Checkout(0.002, 7);
const sharding = (value: "region" | undefined) => ({ path: ["chainfleet:sharding"], value });
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  sharding("region"),
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "eastus", validators: 3 },
      { cloud: "aws", name: "us-west-2", validators: 1 },
      {
        cloud: "kubernetes",
        name: "onprem",
        validators: 1,
        kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
        p2pAddresses: ["198.51.100.10"],
      },
    ],
  },
);

afterAll(async () => {
  await checkout.close();
});

describe(`a network whose regions have stacks of their own, seed ${SEED}`, () => {
  let cloud: readonly string[];
  let resources: readonly string[];

  it("comes up with one command, one summary and one record", async () => {
    const { summary } = await succeed("up");
    expect(summary.regions.map(({ name, result }) => [name, result])).toEqual(
      REGIONS.map((name) => [name, "succeeded"]),
    );
    // Which region takes longest depends on the machine.
    expect(summary.criticalPath.some(({ urn }) => urn.startsWith("urn:pulumi:dev."))).toBe(true);
    expect(summary.criticalPath.some(({ urn }) => urn.startsWith("urn:pulumi:dev::"))).toBe(true);
    resources = await realResources();
    cloud = await cloudIds();
    expect(new Set(resources).size).toBe(resources.length);
    const { resources: shared = [] } = await stateOf("dev");
    expect(
      shared.filter(({ type }: { type: string }) => /ManagedCluster$|eks\/cluster|^kubernetes:/.test(type)),
    ).toEqual([]);
  });

  it("has nothing to do the second time, and neither the preview nor the verification finds anything", async () => {
    await expectNoChange();
    const preview = await json("preview");
    expect(preview.regions.map(({ name }: { name: string }) => name)).toEqual(["shared", ...REGIONS]);
    expect(preview).toMatchObject({ replaced: [], deleted: [], updated: [], created: [] });
    const same = preview.regions.reduce((sum: number, region: { same: number }) => sum + region.same, 0);
    expect(same).toBeGreaterThanOrEqual(resources.length);
    const verification = await json("verify", "all");
    expect(verification).toMatchObject({ result: "equal" });
  });

  it("retries one region and leaves the stacks of the others", async () => {
    checkout.configure({ path: ["chainfleet:besu", "rpcHosts"], value: ["rpc.example.com"] });
    const { regions } = await json("preview");
    const changed = regions.filter(({ update }: { update: number }) => update > 0);
    expect(changed.map(({ name, update }: { name: string; update: number }) => [name, update])).toEqual(
      REGIONS.map((name) => [name, 1]),
    );
    expect((await json("retry", "onprem")).changes).toMatchObject({ update: 1, create: 0, delete: 0 });
    checkout.configure({ path: ["chainfleet:besu", "rpcHosts"], value: undefined });
    expect((await json("preview")).updated).toMatchObject([{ region: "onprem" }]);
    expect((await succeed("up")).summary.changes.update).toBe(1);
  });

  it("refuses modes, whose edges are in one graph, before anything is changed", async () => {
    const { code, stderr } = await checkout.chainfleet("up", "--mode", "maximum", "--stack", "dev").finished;
    expect(code).toBe(1);
    expect(stderr).toContain("MODE_SHARDED");
    const own = await checkout.onTarget(
      ...[
        "env",
        `${MODE_VARIABLE}=maximum`,
        "pulumi",
        "preview",
        "--non-interactive",
        "--stack",
        "dev.onprem",
      ],
    ).finished;
    expect(own.code).not.toBe(0);
    expect(own.output).toContain("MODE_SHARDED");
  });

  it("updates one region with plain pulumi up", async () => {
    checkout.configure({ path: ["chainfleet:besu", "rpcHosts"], value: ["rpc.example.com"] });
    const { code, output } = await pulumiUp("dev.onprem");
    expect(code, output).toBe(0);
    expect(output).toMatch(/~ 1 updated/);
    checkout.configure({ path: ["chainfleet:besu", "rpcHosts"], value: undefined });
    expect((await pulumiUp("dev.onprem")).output).toMatch(/~ 1 updated/);
  });

  it("refuses in a region's stack what the network's stack has not checked", async () => {
    checkout.configure({ path: ["chainfleet:besu", "reclaimPolicy"], value: "Retain" });
    const { code, output } = await pulumiUp("dev.onprem");
    checkout.configure({ path: ["chainfleet:besu", "reclaimPolicy"], value: "Delete" });
    expect(code).not.toBe(0);
    expect(output).toContain("SHARD_AHEAD");
  });

  it("keeps the keys of validators encrypted in every state", async () => {
    for (const stack of ["dev", ...REGIONS.map((region) => `dev.${region}`)]) {
      const { stdout } = await pulumi("stack", "export", "--stack", stack);
      expect(stdout).not.toMatch(/"privateKey": "0x/);
      expect(stdout).not.toContain('"plaintext"');
    }
  });

  it("refuses to run after the config has changed alone", async () => {
    checkout.configure(sharding(undefined));
    for (const command of [["up"], ["down", "--yes"]]) {
      const { code, stderr } = await checkout.chainfleet(...command, "--stack", "dev").finished;
      expect(code).toBe(1);
      expect(stderr).toContain("SHARDING_CHANGED");
    }
    const { code, output } = await pulumiUp("dev");
    expect(code).not.toBe(0);
    expect(output).toContain("SHARDING_CHANGED");
    expect(await cloudIds()).toEqual(cloud);
  });

  it("moves the regions back, and up then changes nothing", async () => {
    await move("--undo");
    expect(await stackNames()).toEqual(["dev"]);
    expect(await realResources()).toEqual(resources);
    await expectNoChange();
    expect(await cloudIds()).toEqual(cloud);
  });

  it("moves the regions of an existing network although the move is killed, and up then changes nothing", async () => {
    checkout.configure(sharding("region"));
    for (const moment of moments(4)) {
      await moveAndKill(moment);
    }
    await move();
    expect(await stackNames()).toEqual(["dev", ...REGIONS.map((region) => `dev.${region}`)].sort());
    expect(await realResources()).toEqual(resources);
    await expectNoChange();
    expect(await cloudIds()).toEqual(cloud);
  });

  it("finishes a killed up", async () => {
    checkout.configure({ path: ["chainfleet:regions", 0, "rpcNodes"], value: 2 });
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    await delay(4_000 + (SEED % 7) * 1_000);
    for (const { pid } of checkout.processes().filter(({ command }) => /^pulumi (up|stack)/.test(command))) {
      process.kill(pid, "SIGKILL");
    }
    await run.finished;
    await succeed("up");
    await expectNoChange();
    expect(await realResources()).toEqual(resources);
  });

  it("deletes the stack of a region that the config no longer describes, before its network", async () => {
    checkout.configure({ path: ["chainfleet:regions", 2], value: undefined });
    const { summary } = await succeed("up");
    expect(summary.changes.delete).toBeGreaterThan(5);
    expect(await stackNames()).toEqual(["dev", "dev.eastus", "dev.us-west-2"]);
    expect((await realResources()).filter((name) => name.startsWith("onprem"))).toEqual([]);
  });

  it("comes up in one run although one call in ten fails and one creation in ten gets no answer", async () => {
    await succeed("down");
    const cluster = { type: "azure-native:containerservice:ManagedCluster", operation: "create" };
    await checkout.setFaults([
      { match: cluster, action: "error", times: 1 },
      { match: cluster, action: "created-but-504", times: 1 },
      { match: {}, action: "error", probability: 0.1 },
      { match: { operation: "create" }, action: "created-but-504", probability: 0.1 },
    ]);
    await succeed("up");
    await checkout.setFaults([]);
    const repeated = waits().filter(({ kind }) => kind === "retry");
    expect(repeated.some(({ urn }) => urn.startsWith("urn:pulumi:dev::"))).toBe(true);
    expect(repeated.some(({ urn }) => urn.startsWith("urn:pulumi:dev.eastus::"))).toBe(true);
    await expectNoChange();
    expect(await json("verify", "all")).toMatchObject({ result: "equal" });
  });

  it("stops in order after one Ctrl+C while the engines of several regions run, and the next up completes the network", async () => {
    await succeed("down");
    const run = checkout.chainfleet("up", "--stack", "dev", "--json");
    await untilEnginesOfRegions(2, run);
    run.child.kill("SIGINT");
    const stopped = await run.finished;
    expect(stopped.code, stopped.output).toBe(130);
    expect(JSON.parse(stopped.stdout)).toMatchObject({ result: "cancelled" });
    expect(enginesOfRegions()).toEqual([]);
    await succeed("up");
    await expectNoChange();
    expect(await json("verify", "all")).toMatchObject({ result: "equal" });
  });

  it("stops at once after two Ctrl+C while several regions are deleted, and the next down leaves nothing", async () => {
    // Without a deletion that hangs, an idle machine deletes all regions before the signal reaches the engines.
    await checkout.setFaults([
      {
        match: { type: "azure-native:containerservice:ManagedCluster", operation: "delete" },
        action: "hang",
      },
    ]);
    const run = checkout.chainfleet("down", "--yes", "--stack", "dev", "--json");
    await untilEnginesOfRegions(2, run);
    run.child.kill("SIGINT");
    await delay(200);
    run.child.kill("SIGINT");
    const stopped = await run.finished;
    expect(stopped.code, stopped.output).toBe(130);
    expect(enginesOfRegions()).toEqual([]);
    await checkout.setFaults([]);
    await succeed("down");
    expect(await checkout.cloudResources()).toEqual([]);
    expect(await realResources()).toEqual([]);
    const sets = await checkout.objects("apis/apps/v1/statefulsets");
    expect(sets.map(({ metadata }) => metadata.name)).toEqual([]);
  });
});

/** The stacks of regions whose engines run. */
function enginesOfRegions(): string[] {
  return checkout
    .processes()
    .flatMap(({ command }) => /^pulumi (?:up|destroy) .*--stack (\S*dev\.\S+)/.exec(command)?.[1] ?? []);
}

/** Waits until the engines of so many regions have run for a while. */
async function untilEnginesOfRegions(
  count: number,
  { child }: { readonly child: ChildProcess },
): Promise<void> {
  while (child.exitCode === null && enginesOfRegions().length < count) {
    await delay(50);
  }
  // A command that ended before gives the test its exit code.
  await delay(child.exitCode === null ? 1_500 : 0);
}

/** The waits in the record of the last run. */
function waits(): Wait[] {
  const runs = checkout.path(".chainfleet/runs");
  const last = readdirSync(runs).sort().at(-1) ?? "";
  const lines = readFileSync(checkout.path(".chainfleet/runs", last, "waits.jsonl"), "utf8").trim();
  return lines.split("\n").map((line) => JSON.parse(line) as Wait);
}

/** The JSON of a command that succeeds. */
// biome-ignore lint/suspicious/noExplicitAny: tests read results by path
async function json(...command: readonly string[]): Promise<any> {
  const { stdout, code, output } = await checkout.chainfleet(...command, "--stack", "dev", "--json").finished;
  expect(code, output).toBe(0);
  return JSON.parse(stdout);
}

async function succeed(command: "up" | "down"): Promise<RunResult> {
  const flags = command === "down" ? ["--yes"] : [];
  const finished = await checkout.chainfleet(command, ...flags, "--stack", "dev", "--json").finished;
  expect(finished.code, finished.output).toBe(0);
  return { ...finished, summary: summaryIn(finished) };
}

async function expectNoChange(): Promise<void> {
  const { summary, stderr } = await succeed("up");
  expect(stderr).not.toContain("was not started");
  expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
}

async function move(...flags: readonly string[]): Promise<void> {
  const { code, output } = await checkout.chainfleet("shard", ...flags, "--yes", "--stack", "dev").finished;
  expect(code, output).toBe(0);
}

/** Moments of kills, as fractions of a move. */
function moments(count: number): number[] {
  return Array.from({ length: count }, (_, index) => ((SEED * (index + 3) * 7919) % 97) / 97);
}

/** Starts a move, and kills the command and the runs of the CLI that write states. */
async function moveAndKill(moment: number): Promise<void> {
  const run = checkout.chainfleet("shard", "--yes", "--stack", "dev");
  let ended = false;
  const end = run.finished.finally(() => {
    ended = true;
  });
  const isWriting = ({ command }: { command: string }) => /^pulumi stack (import|init)/.test(command);
  while (!ended && !checkout.processes().some(isWriting)) {
    await delay(20);
  }
  await delay(moment * 3_000);
  const victims = checkout
    .processes()
    .filter((one) => isWriting(one) || /bin\/chainfleet shard/.test(one.command));
  for (const { pid } of ended ? [] : victims) {
    process.kill(pid, "SIGKILL");
  }
  await end;
}

function pulumi(...args: readonly string[]) {
  return checkout.onTarget("pulumi", ...args, "--non-interactive").finished;
}

function pulumiUp(stack: string) {
  return pulumi("up", "--yes", "--skip-preview", "--stack", stack);
}

async function stackNames(): Promise<string[]> {
  const { stdout } = await pulumi("stack", "ls", "--json");
  return (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name).sort();
}

// biome-ignore lint/suspicious/noExplicitAny: tests read states by path
async function stateOf(stack: string): Promise<any> {
  return JSON.parse((await pulumi("stack", "export", "--stack", stack)).stdout).deployment;
}

/** The names of the resources in all stacks that stand for something outside of the states, with doubles. */
async function realResources(): Promise<string[]> {
  const states = await Promise.all((await stackNames()).map(stateOf));
  return states
    .flatMap(({ resources = [] }) => resources as { urn: string; type: string; custom: boolean }[])
    .filter(({ custom, type }) => custom && !/^pulumi:(providers|pulumi):/.test(type))
    .map(({ urn, type }) => `${urn.split("::").at(-1)} ${type}`)
    .sort();
}

async function cloudIds(): Promise<string[]> {
  return (await checkout.cloudResources()).map(({ id }) => id).sort();
}
