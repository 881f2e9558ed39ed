import { setMaxListeners } from "node:events";
import { chmodSync, mkdirSync, readFileSync } from "node:fs";
import type { Server } from "node:net";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Clock } from "../cloud/engine/conditions/clock";
import { createAuthority, issueCertificate } from "../kubernetes/certificates";
import { endStaleChildren } from "../kubernetes/control-plane/children";
import { Cluster } from "../kubernetes/control-plane/cluster";
import { Addresses } from "../ssh/addresses";
import { openSsh } from "../ssh/openssh";
import { frontProxy } from "./aggregated/front-proxy";
import { keepRegistered, SERVICE_NAME, unregister } from "./aggregated/registration";
import { aggregatedServer } from "./aggregated/server";
import { controlServer } from "./conditions/control";
import { Faults } from "./conditions/faults";
import { Statistics } from "./conditions/statistics";
import { type Collections, followAll } from "./controller/collections";
import { runControllers } from "./controller/controller";
import { Objects } from "./controller/objects";
import { answerCommands } from "./guest/commands";
import { fioProgram } from "./guest/fio/program";
import { Machines } from "./guest/machines";
import { install, KUBEVIRT_NAMESPACE } from "./install/install";

/**
 * KubeVirt on the local Kubernetes control plane: its kinds, its controllers, its aggregated API with port forwarding, and
 * virtual machines, each of which is a folder, an OpenSSH server and a service manager.
 *
 *     main.ts --state DIR --kubernetes-server URL --kubernetes-ca FILE --kubernetes-token FILE
 *             [--time-scale N] [--boot-seconds N] [--package-seconds N] [--ssh-port N] [--port-control N] [--port-api N]
 *
 * Prints `{"control":PORT,"api":PORT}` once the API is there. Ends with all machines' processes on SIGTERM; the machines
 * boot again on their disks when the service starts again, also after SIGKILL.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "kubernetes-server": { type: "string" },
      "kubernetes-ca": { type: "string" },
      "kubernetes-token": { type: "string" },
      "time-scale": { type: "string", default: "1" },
      "boot-seconds": { type: "string", default: "20" },
      "package-seconds": { type: "string", default: "30" },
      "ssh-port": { type: "string", default: "2222" },
      "port-control": { type: "string", default: "0" },
      "port-api": { type: "string", default: "0" },
    },
  });
  const state = resolve(required("state", values.state));
  mkdirSync(state, { recursive: true, mode: 0o700 });
  // The socket on which machines ask for commands is in the folder.
  chmodSync(state, 0o700);
  await endStaleChildren(state);
  const [programs, fio] = await Promise.all([openSsh(console.error), fioProgram(console.error)]);
  const ending = new AbortController();
  // Every machine that boots listens to the end of the service.
  setMaxListeners(0, ending.signal);
  const cluster = new Cluster(
    required("kubernetes-server", values["kubernetes-server"]),
    readFileSync(required("kubernetes-ca", values["kubernetes-ca"]), "utf8"),
    readFileSync(required("kubernetes-token", values["kubernetes-token"]), "utf8").trim(),
  );
  await install(cluster);

  const faults = new Faults();
  const statistics = new Statistics();
  const machines = new Machines({
    ssh: { programs, state },
    state,
    clock: new Clock(number("time-scale", values["time-scale"])),
    bootSeconds: number("boot-seconds", values["boot-seconds"]),
    packageSeconds: number("package-seconds", values["package-seconds"]),
    addresses: new Addresses(state, number("ssh-port", values["ssh-port"])),
    fio,
    faults,
    statistics,
  });
  const commands = await answerCommands(state, (command) => machines.answer(command));
  const collections = followAll(cluster, ending.signal);
  const authority = createAuthority("virt-api-ca");
  const api = aggregatedServer({
    serving: issueCertificate(authority, {
      commonName: SERVICE_NAME,
      dnsNames: [`${SERVICE_NAME}.${KUBEVIRT_NAMESPACE}.svc`],
    }),
    ...(await frontProxy(cluster)),
    authorization: cluster.authorization,
    sources: {
      instance: async (namespace, name) => named(collections.instances.objects(), namespace, name),
      virtualMachine: async (namespace, name) =>
        named(collections.virtualMachines.objects(), namespace, name),
      machine: (id) => machines.get(id),
    },
  });
  const ports = {
    control: await listening(controlServer(faults, statistics), values["port-control"]),
    api: await listening(api, values["port-api"]),
  };
  await keepRegistered(cluster, { port: ports.api, authority: authority.certificate }, ending.signal);
  runControllers(
    { collections, objects: new Objects(cluster), machines, faults, pools: join(state, "pools") },
    ending.signal,
  );
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      ending.abort(new Error("the service ends"));
      commands.close();
      end(cluster, state).catch(fail);
    });
  }
  await loaded(collections);
  process.stdout.write(`${JSON.stringify(ports)}\n`);
}

/** Ends the registration, and every machine's processes. The control plane may have ended before. */
async function end(cluster: Cluster, state: string): Promise<void> {
  await Promise.race([
    unregister(cluster).catch((error: Error) => console.error(`registration: ${error.message}`)),
    new Promise((done) => setTimeout(done, 2_000)),
  ]);
  await endStaleChildren(state);
  process.exit(0);
}

function named<Kind extends { readonly metadata?: { readonly namespace?: string; readonly name?: string } }>(
  objects: readonly Kind[],
  namespace: string,
  name: string,
): Kind | undefined {
  return objects.find(({ metadata }) => metadata?.namespace === namespace && metadata?.name === name);
}

async function loaded(collections: Collections): Promise<void> {
  while (!Object.values(collections).every(({ isLoaded }) => isLoaded)) {
    await new Promise((done) => setTimeout(done, 20));
  }
}

function listening(server: Server, port: string): Promise<number> {
  return new Promise((done, reject) => {
    server.on("error", reject).listen(number("port", port), "127.0.0.1", () => {
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

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) {
    throw new Error(`--${option} is ${JSON.stringify(text)}; it must be a number of 0 or more`);
  }
  return value;
}

function fail(error: unknown): never {
  console.error(`the local KubeVirt failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
