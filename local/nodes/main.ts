import { chmodSync, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import type { Server } from "node:net";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { createAuthority, issueCertificate } from "../kubernetes/certificates";
import { Cluster } from "../kubernetes/control-plane/cluster";
import { reconcile } from "../kubernetes/control-plane/reconcile";
import { controlServer } from "./service/control";
import { kubeletServer } from "./service/kubelet";
import { Nodes } from "./service/nodes";
import { podNetworkServer } from "./service/pod-network";
import { SecretsStore } from "./service/secrets-store";
import { SimulatedRunner } from "./service/simulated-runner";
import { type SavedSimulation, Simulation } from "./service/simulation";
import { SimulationClock } from "./service/simulation-clock";

/**
 * The Besu nodes behind the pods of the local Kubernetes control plane: a stand-in for each, with Besu's JSON-RPC, probes and
 * metrics, on simulated QBFT networks.
 *
 *     main.ts --state DIR --kubernetes-server URL --kubernetes-ca FILE --kubernetes-token FILE
 *             [--cloud-state DIR] [--time-scale N] [--port-network N] [--port-control N]
 *
 * `--cloud-state` is the state folder of the simulated cloud, which may start later: keys in a cloud's store are read there.
 *
 * Prints `{"network":PORT,"control":PORT}` and writes the port of the network into the file `network-port` of the state folder,
 * where the control plane finds it. The chains and what each volume has of them are kept in the state folder: for the nodes, a
 * restart of the service is a restart of all their processes.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "kubernetes-server": { type: "string" },
      "kubernetes-ca": { type: "string" },
      "kubernetes-token": { type: "string" },
      "cloud-state": { type: "string" },
      "time-scale": { type: "string", default: "1" },
      "port-network": { type: "string", default: "0" },
      "port-control": { type: "string", default: "0" },
    },
  });
  const state = resolve(required("state", values.state));
  mkdirSync(state, { recursive: true, mode: 0o700 });
  chmodSync(state, 0o700);
  const timeScale = Number(values["time-scale"]);
  if (!(timeScale >= 0)) {
    throw new Error("--time-scale has to be the wall-clock seconds of a simulated second");
  }
  const cluster = new Cluster(
    required("kubernetes-server", values["kubernetes-server"]),
    readFileSync(required("kubernetes-ca", values["kubernetes-ca"]), "utf8"),
    readFileSync(required("kubernetes-token", values["kubernetes-token"]), "utf8").trim(),
  );
  const saved = readSaved(state);
  const clock = new SimulationClock(timeScale, saved?.time ?? Date.now());
  const simulation = new Simulation(clock, saved);
  const runner = new SimulatedRunner(simulation, clock);
  const nodes = new Nodes(cluster, runner, new SecretsStore(values["cloud-state"]));
  const kubelet = kubeletServer(
    nodes,
    issueCertificate(createAuthority("kubelet-ca"), { commonName: "kubelet", dnsNames: ["kubelet"] }),
  );
  const ports = {
    network: await listening(
      podNetworkServer((host, port) =>
        port === KUBELET_PORT ? (connection) => kubelet.emit("connection", connection) : nodes.at(host, port),
      ),
      values["port-network"],
    ),
    control: await listening(controlServer(nodes), values["port-control"]),
  };
  writeFileSync(join(state, "network-port"), String(ports.network), { mode: 0o600 });
  const ending = new AbortController();
  const pods = cluster.follow("/api/v1/pods", () => cluster.core.listPodForAllNamespaces(), ending.signal);
  const volumes = cluster.follow(
    "/api/v1/persistentvolumes",
    () => cluster.core.listPersistentVolume(),
    ending.signal,
  );
  reconcile(
    "Besu nodes",
    [pods, volumes],
    async () => {
      const incomplete = await nodes.follow(pods.objects());
      runner.keepVolumes(new Set(volumes.objects().flatMap(({ metadata }) => metadata?.name ?? [])));
      if (incomplete > 0) {
        throw new Error(`${incomplete} pods mount what does not exist`);
      }
    },
    ending.signal,
  );
  const save = () => writeSaved(state, simulation.save());
  const saving = setInterval(save, SAVE_MILLISECONDS);
  // Blocks are made whether or not somebody asks; otherwise a question would wait for all blocks since the last one.
  setInterval(simulation.now, STEP_MILLISECONDS).unref();
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      ending.abort();
      clearInterval(saving);
      save();
      process.exit(0);
    });
  }
  process.stdout.write(`${JSON.stringify(ports)}\n`);
}

const KUBELET_PORT = 10_250;
const SAVE_MILLISECONDS = 5_000;
const STEP_MILLISECONDS = 100;
const SAVED = "simulation.json";

function readSaved(state: string): SavedSimulation | undefined {
  const file = join(state, SAVED);
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as SavedSimulation) : undefined;
}

function writeSaved(state: string, saved: SavedSimulation): void {
  const file = join(state, SAVED);
  writeFileSync(`${file}.tmp`, JSON.stringify(saved), { mode: 0o600 });
  renameSync(`${file}.tmp`, file);
}

function listening(server: Server, port: string): Promise<number> {
  return new Promise((done, reject) => {
    server.on("error", reject).listen(Number(port), "127.0.0.1", () => {
      const address = server.address();
      done(typeof address === "object" && address !== null ? address.port : 0);
    });
  });
}

function required(option: string, value: string | undefined): string {
  if (value === undefined) {
    throw new Error(`--${option} is required`);
  }
  return value;
}

main().catch((error: Error) => {
  console.error(`the Besu nodes did not start: ${error.message}`);
  process.exit(1);
});
