import { setMaxListeners } from "node:events";
import { mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { Buckets } from "../cloud/engine/conditions/buckets";
import { Clock } from "../cloud/engine/conditions/clock";
import { endStaleChildren, type Running } from "../kubernetes/control-plane/children";
import { freePort } from "../services/free-port";
import { Addresses } from "../ssh/addresses";
import { openSsh } from "../ssh/openssh";
import { MotoClient } from "./account/moto-client";
import { type Account, Region } from "./account/region";
import { Faults } from "./conditions/faults";
import { Statistics } from "./conditions/statistics";
import { createFleet, readFleet } from "./create-fleet";
import { Recording } from "./http/recording";
import { frontServer } from "./http/server";
import { ensureClientKey } from "./instances/ssh-access";
import { motoProgram, startMoto } from "./programs/moto";
import { ServiceModel } from "./protocol/service-model";

/**
 * EC2 and Auto Scaling as a local service, for rolling launches: moto behind a front that adds what moto lacks, with a
 * real SSH server for each running instance.
 *
 *     main.ts --state DIR --time-scale N --seed N [--fleet FILE] [--ssh-port N] [--port-http N] [--record FILE]
 *
 * Prints `{"http":PORT}` once the fleet runs, and ends with all of its children on SIGTERM. moto keeps its state in
 * memory: whenever the service starts, the account has the fleet and nothing else. The key pair `ssh/id_ed25519` in the
 * state folder stays. A client may be killed at any time; what AWS had accepted goes on without it.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "time-scale": { type: "string", default: "1" },
      seed: { type: "string", default: "0" },
      fleet: { type: "string", default: join(__dirname, "fleet.json") },
      "ssh-port": { type: "string", default: "2222" },
      "port-http": { type: "string", default: "0" },
      record: { type: "string" },
    },
  });
  if (values.state === undefined) {
    throw new Error("--state DIR is required");
  }
  const state = resolve(values.state);
  const fleet = readFleet(values.fleet);
  const seed = number("seed", values.seed);
  const sshPort = number("ssh-port", values["ssh-port"]);
  mkdirSync(state, { recursive: true, mode: 0o700 });
  await endStaleChildren(state);
  const disks = join(state, "disks");
  rmSync(disks, { recursive: true, force: true });

  const [moto, ssh] = await Promise.all([motoProgram(console.error), openSsh(console.error)]);
  const models = {
    ec2: new ServiceModel(join(moto.models, "ec2", "2016-11-15", "service-2.json.gz")),
    autoscaling: new ServiceModel(join(moto.models, "autoscaling", "2011-01-01", "service-2.json.gz")),
  };
  const ending = new AbortController();
  // Everything that waits listens to the end of the service: many instances and refreshes at the same time.
  setMaxListeners(0, ending.signal);
  const account: Account = {
    clock: new Clock(number("time-scale", values["time-scale"])),
    seed,
    faults: new Faults(),
    addresses: new Addresses(state, sshPort),
    ssh: { programs: ssh, port: sshPort, state, folder: join(state, "ssh") },
    disks,
    alarms: new Set(),
    durations: "drawn",
    signal: ending.signal,
  };
  await ensureClientKey(account.ssh);
  const motoPort = await freePort();
  const running = await startMoto(moto, { state, port: motoPort, seed });
  running.ended.then((outcome) => {
    if (!ending.signal.aborted) {
      fail(new Error(`moto ${outcome}; see logs/moto.log in ${state}`));
    }
  });
  const regions = new Map<string, Region>();
  const region = async (name: string) => {
    const existing = regions.get(name);
    if (existing !== undefined) {
      return existing;
    }
    const created = new Region(name, account, new MotoClient(`http://127.0.0.1:${motoPort}`, models, name));
    regions.set(name, created);
    return created;
  };
  await createFleet(fleet, region);
  const server = frontServer({
    account,
    models,
    buckets: new Buckets(),
    statistics: new Statistics(),
    recording: values.record === undefined ? undefined : new Recording(values.record),
    region,
  }).on("error", fail);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      ending.abort(new Error("the service ends"));
      server.closeAllConnections();
      end(running, state).catch(fail);
    });
  }
  server.listen(number("port-http", values["port-http"]), "127.0.0.1", () => {
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    process.stdout.write(`${JSON.stringify({ http: port })}\n`);
  });
}

/** Ends moto, and every SSH server with its sessions. */
async function end(moto: Running, state: string): Promise<void> {
  await moto.stop(2_000);
  await endStaleChildren(state);
  process.exit(0);
}

function number(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() === "" || !(value >= 0)) {
    throw new Error(`--${option} is ${JSON.stringify(text)}; it must be a number of 0 or more`);
  }
  return value;
}

function fail(error: unknown): never {
  console.error(`the local AWS API failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
