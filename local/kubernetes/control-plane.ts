import { chmodSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { freePort } from "../services/free-port";
import { forgetAggregatedApis } from "./aggregation";
import { ensureControlPlane } from "./build";
import { endStaleChildren, type Running, start } from "./control-plane/children";
import { Cluster } from "./control-plane/cluster";
import { credentials, writeAuthority, writeKubeconfig } from "./control-plane/credentials";
import { Disks } from "./control-plane/disks";
import { serveEgress } from "./control-plane/egress";
import { assignLoadBalancers } from "./control-plane/load-balancers";
import { keepPodsInTheirCluster } from "./control-plane/node-admission";
import { ensureNodes } from "./control-plane/nodes";
import * as programs from "./control-plane/programs";
import { ensureSecretProviderClasses } from "./control-plane/secrets-store";
import { ensureDefaultStorageClass } from "./control-plane/storage-class";
import { provisionVolumes } from "./control-plane/volumes";

/**
 * A local service that runs a Kubernetes control plane: etcd, kube-apiserver, kube-controller-manager,
 * kube-scheduler and kwok as child processes, and stand-ins for the volume and load balancer controllers.
 *
 *     control-plane.ts --state DIR [--cloud-state DIR] [--nodes-state DIR] [--port-apiserver N] [--time-scale SECONDS]
 *
 * `--cloud-state` is the state folder of the simulated cloud, which may start later: the disks of AKS clusters are
 * resources of the simulated cloud. `--nodes-state` is that of the Besu nodes, which may start later, too: the API server
 * reaches pods and kubelets there.
 *
 * Prints `{"apiserver":PORT}` once the API answers and the nodes are Ready. Writes `kubeconfig`, `ca.crt` and `token`
 * (mode 0600) and `logs/` into the state folder. A restart on the same folder keeps all objects. Exits with status 1
 * when one of the child processes exits.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "port-apiserver": { type: "string" },
      "cloud-state": { type: "string" },
      "nodes-state": { type: "string" },
      "time-scale": { type: "string" },
    },
  });
  if (values.state === undefined) {
    throw new Error("--state DIR is required: the folder for the control plane's data");
  }
  const timeScale = Number(values["time-scale"] ?? 1);
  if (!(timeScale >= 0)) {
    throw new Error("--time-scale has to be the wall-clock seconds of a simulated second");
  }
  const state = resolve(values.state);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chmodSync(state, 0o700);
  const binaries = await ensureControlPlane((line) => console.error(line));
  const stale = await endStaleChildren(state);
  if (stale > 0) {
    console.error(`ended ${stale} processes that an earlier control plane left in ${state}`);
  }
  const port = Number(values["port-apiserver"] ?? 0) || (await freePort());
  const keys = credentials(state);
  const running: Running[] = [];
  const stopping = new AbortController();
  const run = (child: Parameters<typeof start>[0]) => {
    const started = start(child, state);
    running.push(started);
    started.ended.then((outcome) => {
      if (!stopping.signal.aborted) {
        console.error(`${child.name} ${outcome}; see ${join(state, "logs", `${child.name}.log`)}`);
        process.exit(1);
      }
    });
  };
  process.on("SIGTERM", () => void stop(running, stopping));
  process.on("SIGINT", () => void stop(running, stopping));

  await serveEgress(state, values["nodes-state"]);
  run(programs.etcd(binaries));
  run(programs.kubeApiserver(binaries, port, keys));
  const cluster = await untilReady(state, port, keys);
  run(programs.kubeControllerManager(binaries, keys));
  run(programs.kubeScheduler(binaries));
  run(programs.kwok(binaries, join(__dirname, "control-plane", "stages.yaml")));
  await Promise.all([
    ensureNodes(cluster),
    ensureDefaultStorageClass(cluster),
    ensureSecretProviderClasses(cluster),
    keepPodsInTheirCluster(cluster),
    forgetAggregatedApis(cluster),
  ]);
  provisionVolumes(cluster, new Disks(values["cloud-state"]), stopping.signal);
  assignLoadBalancers(cluster, { deletionSeconds: DELETION_SECONDS * timeScale }, stopping.signal);
  console.log(JSON.stringify({ apiserver: port }));
}

/** Waits until the API server is ready, then writes the kubeconfig with the API server's certificate authority. */
async function untilReady(
  state: string,
  port: number,
  keys: ReturnType<typeof credentials>,
): Promise<Cluster> {
  let lastError: unknown = "the API server did not answer";
  for (const started = Date.now(); Date.now() - started < START_MILLISECONDS; ) {
    try {
      const authority = writeAuthority(state, keys);
      const cluster = new Cluster(`https://127.0.0.1:${port}`, authority, keys.token);
      // The API server creates the default namespace a moment after it becomes ready.
      await cluster.core.readNamespace({ name: "default" });
      writeKubeconfig(state, port, authority, keys.token);
      return cluster;
    } catch (error) {
      lastError = error;
      await delay(50);
    }
  }
  throw new Error(
    `the API server was not ready after ${START_MILLISECONDS / 1000} s: ${messageOf(lastError)}; see ${join(state, "logs")}`,
  );
}

/**
 * Simulated seconds that the deletion of one load balancer takes. No cloud publishes a figure; a minute is on the long side,
 * so that a program that waits too briefly is found out.
 */
const DELETION_SECONDS = 60;

const START_MILLISECONDS = 120_000;

/** Kills etcd's clients at once, then lets etcd shut down: only etcd has data to write. */
async function stop(running: readonly Running[], stopping: AbortController): Promise<void> {
  stopping.abort();
  const [etcd, ...clients] = running;
  await Promise.all(clients.map((client) => client.stop(0)));
  await etcd?.stop(3000);
  process.exit(0);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

main().catch((error: unknown) => {
  console.error(`the Kubernetes control plane did not start: ${messageOf(error)}`);
  process.exit(1);
});
