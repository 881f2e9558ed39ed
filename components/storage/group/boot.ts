import { setTimeout as delay } from "node:timers/promises";
import pRetry from "p-retry";
import { jobFile } from "../fio/job-file";
import { reasonOf } from "../kubevirt/cluster";
import { Guest } from "../kubevirt/guest";
import { machineStatus, printableStatus } from "../kubevirt/virtual-machines";
import { type OpenRun, openRun } from "../run/open-run";
import { serviceStatus } from "../test/service";
import { testToken } from "../test/token";
import { cloudInit } from "../vm/cloud-init";
import { machineManifests } from "../vm/manifests";
import { groupSelector, machineNames } from "../vm/names";
import { type GroupInputs, type GroupTest, machineDefinition, testKey } from "./group-inputs";
import { createMachine, deleteSelected, isTransient, ObsoleteObject } from "./objects";

/** A group's machines, or why there are none. */
export type Boot =
  | { readonly kind: "booted"; readonly guests: readonly Guest[] }
  | { readonly kind: "failed"; readonly error: string };

/** The machines of this process, by run and group: all tests of a group use the same machines. */
const boots = new Map<string, Promise<Boot>>();

/**
 * Boots the machines of a group, once: later calls get the same machines, and those of a killed run are taken over.
 *
 * @param first the test that the machines run as soon as they have booted.
 * @throws Error only if the run is being stopped.
 */
export function bootGroup(inputs: GroupInputs, first: GroupTest): Promise<Boot> {
  const key = bootKey(inputs);
  const existing = boots.get(key);
  if (existing !== undefined) {
    return existing;
  }
  const booting = boot(inputs, first);
  boots.set(key, booting);
  return booting;
}

/** Forgets a group's machines, which are deleted next. */
export async function forgetMachines(inputs: GroupInputs): Promise<void> {
  const key = bootKey(inputs);
  const booted = await boots.get(key)?.catch(() => undefined);
  boots.delete(key);
  if (booted?.kind === "booted") {
    for (const guest of booted.guests) {
      guest.close();
    }
  }
}

function bootKey({ run, results, group }: GroupInputs): string {
  return JSON.stringify([results, run, group.key]);
}

/** A run that was asked to stop. */
export class RunStopping extends Error {
  constructor(run: string) {
    super(`RUN_STOPPED: The run ${run} was stopped.`);
  }
}

async function boot(inputs: GroupInputs, first: GroupTest): Promise<Boot> {
  const { group, bootSeconds, namespace } = inputs;
  const run = await openRun(inputs);
  const say = (line: string) => run.folder.log(group.pool, `${group.key}: ${line}`);
  try {
    await say(`creating ${group.concurrency} machines`);
    await create(inputs, first, run);
    const guests = machineNames(inputs.run, group).map(
      (machine) => new Guest({ cluster: run.cluster, namespace, machine, privateKey: run.key.privateKey }),
    );
    const deadline = performance.now() + bootSeconds * 1000;
    await Promise.all(guests.map((guest) => untilStarted(guest, inputs, { run, deadline })));
    await say("all machines have booted");
    return { kind: "booted", guests };
  } catch (error) {
    if (error instanceof RunStopping) {
      throw error;
    }
    const reason = reasonOf(error);
    await say(`the machines did not boot: ${reason}`);
    return { kind: "failed", error: reason };
  }
}

async function create(inputs: GroupInputs, first: GroupTest, { cluster, key }: OpenRun): Promise<void> {
  const { namespace, group, run, storageClass, volumeMode, image, fio } = inputs;
  const job = jobFile(first.profile, first.blockSize, fio);
  // Machines do not boot at the same moment: several of them start the first test together, once all have booted.
  const token = group.concurrency === 1 ? testToken(testKey(inputs, first), 0, job) : BOOTED;
  const userData = cloudInit(key.publicKey, { job, token });
  const settings = {
    run,
    namespace,
    storageClass,
    volumeMode,
    image,
    definition: machineDefinition(inputs, key.publicKey),
  };
  const createAll = () =>
    Promise.all(
      machineNames(run, group).map((name) =>
        pRetry(() => createMachine(cluster, namespace, machineManifests(name, group, settings, userData)), {
          retries: CREATION_RETRIES,
          shouldRetry: ({ error }) => isTransient(error),
        }),
      ),
    );
  try {
    await createAll();
  } catch (error) {
    if (!(error instanceof ObsoleteObject)) {
      throw error;
    }
    await deleteSelected(
      cluster,
      { namespace, selector: groupSelector(run, group) },
      inputs.bootSeconds,
      () => {},
    );
    await createAll();
  }
}

/** With pauses that double from one second: a quarter of a minute for an API server that restarts. */
const CREATION_RETRIES = 4;

/** The token of machines that wait for each other; no test has this token. */
const BOOTED = "booted";

/** Waits until a machine has started its first test. */
async function untilStarted(
  guest: Guest,
  { namespace, pollSeconds, bootSeconds, run: id }: GroupInputs,
  { run, deadline }: { readonly run: OpenRun; readonly deadline: number },
): Promise<void> {
  const { machine } = guest.address;
  let problem = "no answer yet";
  while (performance.now() < deadline) {
    if (run.folder.isStopping()) {
      throw new RunStopping(id);
    }
    try {
      const status = await machineStatus(run.cluster, namespace, machine);
      if (status?.phase === "Running") {
        const { started } = await serviceStatus(guest);
        if (started !== "") {
          return;
        }
        problem = "the machine runs and answers, and its first test has not started";
      } else if (status === undefined) {
        problem = `KubeVirt has not made an instance: ${await printableStatus(run.cluster, namespace, machine)}`;
      } else {
        problem = `phase ${status.phase}${status.reason === "" ? "" : `: ${status.reason}`}`;
      }
    } catch (error) {
      problem = `SSH: ${reasonOf(error)}`;
    }
    await delay(pollSeconds * 1000);
  }
  throw new Error(`${machine} has not booted within ${bootSeconds} s (${problem})`);
}
