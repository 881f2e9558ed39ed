import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { judge } from "../components/besu/health/judgement";
import { NetworkObserver } from "../components/besu/health/network-observer";
import { Cluster } from "../local/kubernetes/control-plane/cluster";
import { ServiceProcess } from "../local/testing/service-process";
import { createNetwork } from "../local/testing/validator-pods";
import { changeAll } from "../scripts/services/change";
import type { ServiceRegion } from "../scripts/services/regions";
import { expectedNetwork } from "../scripts/services/status";
import { silence } from "./services/latency";
import { startRelays } from "./services/relays";

/** Figures of the benchmark `services`. Times are seconds of real time. */
export interface Services {
  /** Time of status, stop and start of 5 regions one by one, divided by the time of all at once. */
  readonly speedup5: number;
  /** The same of 24 regions. */
  readonly speedup24: number;
  /** Time of `status all` of 24 regions, divided by the time of one region's status. */
  readonly status24ToOne: number;
  readonly seconds: {
    readonly statusOfOne: number;
    readonly status5: Pair;
    readonly status24: Pair;
    readonly stopAndStart5: Pair;
    readonly stopAndStart24: Pair;
  };
  /** Seconds of `status all` of 24 regions of which one never answers, with a timeout of 5 s. */
  readonly statusWithOneHanging: number;
  readonly roundTripMilliseconds: number;
}

interface Pair {
  readonly atOnce: number;
  readonly oneByOne: number;
}

/** From Europe to the clusters of Azure in Asia and Australia, for example: https://learn.microsoft.com/azure/networking/azure-network-latency */
const ROUND_TRIP_MILLISECONDS = 240;
const REGIONS = 24;
const TIMEOUT_SECONDS = 120;
const ROUNDS = 3;

/**
 * Operates the validators of 5 and of 24 regions all at once, as the commands do, and one region after another, as a script
 * without `&` does: the same functions on the same endpoints. Every region has an API server address of its own, behind which
 * the real kube-apiserver and the local Besu nodes are a round trip away.
 */
export async function services(): Promise<Services> {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-services-"));
  const processes: ServiceProcess[] = [];
  const closing: (() => void)[] = [];
  try {
    const [state, nodesState] = [join(folder, "control-plane"), join(folder, "nodes")];
    const controlPlane = await ServiceProcess.start("local/kubernetes/control-plane.ts", [
      ...["--state", state, "--nodes-state", nodesState],
    ]);
    processes.push(controlPlane);
    const server = `https://127.0.0.1:${controlPlane.ports.apiserver}`;
    processes.push(
      await ServiceProcess.start("local/nodes/main.ts", [
        ...["--state", nodesState, "--time-scale", "0.1", "--kubernetes-server", server],
        ...["--kubernetes-ca", join(state, "ca.crt"), "--kubernetes-token", join(state, "token")],
      ]),
    );
    const authority = readFileSync(join(state, "ca.crt"), "utf8");
    const token = readFileSync(join(state, "token"), "utf8").trim();
    const cluster = new Cluster(server, authority, token);
    process.stderr.write(`services: creating ${REGIONS} regions\n`);
    const namespaces = await createNetwork(cluster, REGIONS);
    const relays = await startRelays({
      port: controlPlane.ports.apiserver ?? 0,
      oneWayMilliseconds: ROUND_TRIP_MILLISECONDS / 2,
      count: REGIONS,
    });
    closing.push(relays.close);
    const regions = namespaces.map(({ name, namespace, validators }, index): ServiceRegion => {
      const kubeconfig = kubeconfigOf(`https://127.0.0.1:${relays.ports[index]}`, authority, token);
      return { name, cloud: "kubernetes", validators, access: { kubeconfig, namespace } };
    });
    await untilHealthy(regions);
    return await measure(regions);
  } finally {
    for (const close of closing) {
      close();
    }
    for (const process of processes.reverse()) {
      await process.stop("SIGTERM");
    }
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(regions: readonly ServiceRegion[]): Promise<Services> {
  const [five, first] = [regions.slice(0, 5), regions.slice(0, 1)];
  const statusOfOne = await medianOf(() => statusOf(first));
  const status5 = await statusPair(five);
  const status24 = await statusPair(regions);
  const stopAndStart5 = await changePair(five);
  const stopAndStart24 = await changePair(regions);
  const silent = await silence();
  const hanging = regions.map((region, index) =>
    index === 7 && region.access !== undefined
      ? {
          ...region,
          access: {
            ...region.access,
            kubeconfig: region.access.kubeconfig.replace(/127\.0\.0\.1:\d+/, `127.0.0.1:${silent.port}`),
          },
        }
      : region,
  );
  const statusWithOneHanging = await secondsOf(() => observe(hanging, 5));
  silent.close();
  const speedup = (...pairs: readonly Pair[]) =>
    rounded(
      pairs.reduce((sum, { oneByOne }) => sum + oneByOne, 0) /
        pairs.reduce((sum, { atOnce }) => sum + atOnce, 0),
    );
  return {
    speedup5: speedup(status5, stopAndStart5),
    speedup24: speedup(status24, stopAndStart24),
    status24ToOne: rounded(status24.atOnce / statusOfOne),
    seconds: { statusOfOne, status5, status24, stopAndStart5, stopAndStart24 },
    statusWithOneHanging,
    roundTripMilliseconds: ROUND_TRIP_MILLISECONDS,
  };
}

async function statusPair(regions: readonly ServiceRegion[]): Promise<Pair> {
  process.stderr.write(`services: status of ${regions.length} regions\n`);
  const atOnce = await medianOf(() => statusOf(regions));
  const oneByOne = await secondsOf(async () => {
    for (const region of regions) {
      await statusOf([region]);
    }
  });
  return { atOnce, oneByOne };
}

async function changePair(regions: readonly ServiceRegion[]): Promise<Pair> {
  process.stderr.write(`services: stop and start of ${regions.length} regions\n`);
  const atOnce = await medianOf(async () => {
    await change(regions, 0);
    await change(regions, 1);
  });
  const oneByOne = await secondsOf(async () => {
    for (const replicas of [0, 1] as const) {
      for (const region of regions) {
        await change([region], replicas);
      }
    }
  });
  return { atOnce, oneByOne };
}

async function change(regions: readonly ServiceRegion[], replicas: 0 | 1): Promise<void> {
  const changed = await changeAll(regions, replicas, { stack: "", json: true, timeout: TIMEOUT_SECONDS });
  const failed = changed.find(({ error }) => error !== undefined);
  if (failed !== undefined) {
    throw new Error(`${failed.name}: ${failed.error}`);
  }
}

async function statusOf(regions: readonly ServiceRegion[]): Promise<void> {
  const { regions: observed } = (await observe(regions, TIMEOUT_SECONDS)).status;
  const failed = observed.find(({ error }) => error !== undefined);
  if (failed !== undefined) {
    throw new Error(`${failed.name}: ${failed.error}`);
  }
}

async function observe(regions: readonly ServiceRegion[], timeoutSeconds: number) {
  const expected = expectedNetwork(regions, {});
  const observer = new NetworkObserver(regions, { validators: expected.validators, timeoutSeconds });
  try {
    return judge(await observer.observe(), expected);
  } finally {
    observer.close();
  }
}

async function untilHealthy(regions: readonly ServiceRegion[]): Promise<void> {
  for (;;) {
    const { status, unmet } = await observe(regions, TIMEOUT_SECONDS);
    if (unmet.length === 0) {
      return;
    }
    const { head, signing, validators } = status.chain;
    const problem = status.regions.find(({ error }) => error !== undefined)?.error;
    process.stderr.write(
      `services: block ${head}, ${signing} of ${validators} validators sign ${problem ?? ""}\n`,
    );
    await delay(1_000);
  }
}

async function medianOf(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    times.push(await secondsOf(work));
  }
  return times.sort((one, other) => one - other)[Math.floor(ROUNDS / 2)] ?? 0;
}

async function secondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return rounded((performance.now() - started) / 1_000);
}

function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

function kubeconfigOf(server: string, authority: string, token: string): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "bench",
    clusters: [
      {
        name: "bench",
        cluster: { server, "certificate-authority-data": Buffer.from(authority).toString("base64") },
      },
    ],
    contexts: [{ name: "bench", context: { cluster: "bench", user: "bench" } }],
    users: [{ name: "bench", user: { token } }],
  });
}
