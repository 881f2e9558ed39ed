import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { bootGroup, RunStopping } from "../group/boot";
import {
  definitionOf,
  type GroupInputs,
  type GroupTest,
  type RepeatSettings,
  testKey,
} from "../group/group-inputs";
import { reasonOf } from "../kubevirt/cluster";
import type { Guest } from "../kubevirt/guest";
import { combineVms, didWork, failedJob, type TestMeasurement } from "../results/combine";
import { parseFioOutput } from "../results/fio-output";
import { fioFileName, type ResultRecord, resultRecordSchema } from "../results/records";
import { isSteady } from "../results/repetitions";
import { type OpenRun, openRun } from "../run/open-run";
import { writeWhole } from "../run/run-folder";
import { GUEST_FILES } from "../vm/cloud-init";
import { FioFailed, patiently, UNREACHABLE_SECONDS } from "./patience";
import { replaceJob, restartService, serviceStatus, stopService } from "./service";
import { testToken } from "./token";

/** What a test is given, beside its group. */
export interface TestInputs extends GroupInputs, GroupTest {
  /** The fio job file. */
  readonly job: string;
  /** Whether the checkpoint of the run has the test. Undefined: the user has not named the run, and nobody has looked. */
  readonly hasResult?: boolean | undefined;
  /** Within how many seconds one repetition must have ended. */
  readonly timeoutSeconds: number;
  readonly repeat: RepeatSettings;
}

/** How a test ended. */
export interface TestOutcome {
  readonly outcome: "passed" | "failed" | "skipped";
  /** Why the test failed or was skipped; otherwise empty. */
  readonly error: string;
  /** When the test ended, in ISO 8601. Differs between two runs of the same test. */
  readonly endedAt: string;
}

/**
 * Runs a test on the machines of its group, unless the run has the result already. A test that fails is an outcome and no
 * error: the next tests of the group still run, and the pool's summary reports the failure.
 *
 * @throws RunStopping if the user has asked the run to stop.
 */
export async function runTest(inputs: TestInputs): Promise<TestOutcome> {
  const run = await openRun(inputs);
  const { group, profile, blockSize } = inputs;
  const key = testKey(inputs, inputs);
  const definition = definitionOf(inputs, inputs, inputs.job);
  const folder = run.folder.testFolder({ ...group, profile, blockSize });
  if (run.checkpoint.has(key)) {
    const known = await recordIn(folder);
    if (known?.outcome === "passed" && known.definition === definition) {
      return { outcome: "passed", error: "", endedAt: known.endedAt };
    }
  }
  const say = (line: string) => run.folder.log(group.pool, `${key}: ${line}`);
  const startedAt = new Date().toISOString();
  const boot = await bootGroup(inputs, inputs);
  if (boot.kind === "failed") {
    await say("skipped, because the machines did not boot");
    const endedAt = new Date().toISOString();
    const error = `The machines did not boot: ${boot.error}`;
    await record({ outcome: "failed", error, repetitions: [], endedAt });
    return { outcome: "skipped", error: boot.error, endedAt };
  }
  const measured = await measure(inputs, { run, guests: boot.guests, folder, say });
  if (!run.folder.isOwn()) {
    throw new RunStopping(inputs.run);
  }
  const endedAt = new Date().toISOString();
  await record({ ...measured, endedAt });
  if (measured.outcome === "passed") {
    await run.checkpoint.append(key);
  }
  await say(measured.outcome === "passed" ? "passed" : `failed: ${measured.error}`);
  return { outcome: measured.outcome, error: measured.error ?? "", endedAt };

  function record(ended: Measured & Pick<ResultRecord, "endedAt">): Promise<void> {
    const { run: id, environment } = inputs;
    const text = JSON.stringify({ key, run: id, definition, environment, startedAt, ...ended }, undefined, 2);
    return writeWhole(join(folder, RECORD_FILE), `${text}\n`);
  }
}

/** The file with a test's record in the folder of the test. */
const RECORD_FILE = "result.json";

/** The record of a test; undefined if there is none, or none that can be read. */
async function recordIn(folder: string): Promise<ResultRecord | undefined> {
  try {
    return resultRecordSchema.parse(JSON.parse(await readFile(join(folder, RECORD_FILE), "utf8")));
  } catch {
    return undefined;
  }
}

interface RunningTest {
  readonly run: OpenRun;
  readonly guests: readonly Guest[];
  readonly folder: string;
  readonly say: (line: string) => Promise<void>;
}

type Measured = Pick<ResultRecord, "outcome" | "repetitions"> & { readonly error?: string };

/** Repeats the test until its figures are steady. */
async function measure(inputs: TestInputs, test: RunningTest): Promise<Measured> {
  const { atLeast, atMost, spread } = inputs.repeat;
  const repetitions: ResultRecord["repetitions"][number][] = [];
  const measurements: TestMeasurement[] = [];
  try {
    while (repetitions.length < atLeast || (repetitions.length < atMost && !isSteady(measurements, spread))) {
      const outputs = await repeatOnce(inputs, test, repetitions.length);
      const files = outputs.map(({ machine, output }) => ({
        name: machine,
        fio: fioFileName(machine, repetitions.length),
        output,
      }));
      await Promise.all(files.map(({ fio, output }) => writeWhole(join(test.folder, fio), output)));
      repetitions.push({ vms: files.map(({ name, fio }) => ({ name, fio })) });
      measurements.push(combineVms(files.map(({ output }) => parseFioOutput(output))));
      refuseWithoutWork(measurements.at(-1));
    }
    return { outcome: "passed", repetitions };
  } catch (error) {
    if (error instanceof RunStopping) {
      throw error;
    }
    return { outcome: "failed", error: reasonOf(error), repetitions };
  }
}

/** @throws Error if fio reports an error or no work, although fio ended well. */
function refuseWithoutWork(measurement: TestMeasurement | undefined): void {
  if (measurement === undefined || !didWork(measurement)) {
    throw new FioFailed("fio reports no I/O");
  }
  const failed = failedJob(measurement);
  if (failed !== undefined) {
    throw new FioFailed(`fio reports a failed job: ${failed}`);
  }
}

interface GuestOutput {
  readonly machine: string;
  /** fio's JSON. */
  readonly output: string;
}

/** Runs fio once on all machines at the same time. */
async function repeatOnce(inputs: TestInputs, test: RunningTest, repetition: number): Promise<GuestOutput[]> {
  const { guests, say } = test;
  const { job } = inputs;
  const token = testToken(testKey(inputs, inputs), repetition, job);
  const onAll = <Result>(action: (guest: Guest) => Promise<Result>) =>
    Promise.all(guests.map((guest) => patiently(() => action(guest), UNREACHABLE_SECONDS)));
  const started = await onAll(serviceStatus);
  if (
    started.every(
      ({ started: own, state }) => own === token && (state === "running" || state === "succeeded"),
    )
  ) {
    await say(`repetition ${repetition + 1}: the machines have started the test already`);
  } else {
    await onAll((guest) => replaceJob(guest, job, token));
    await onAll(restartService);
    await say(`repetition ${repetition + 1}: started`);
  }
  await Promise.all(guests.map((guest) => untilEnded(guest, token, inputs, test.run)));
  return onAll(collect);
}

/** @throws Error if fio failed, took too long, or the machine cannot be reached any more. */
async function untilEnded(guest: Guest, token: string, inputs: TestInputs, run: OpenRun): Promise<void> {
  const { timeoutSeconds, pollSeconds } = inputs;
  const { machine } = guest.address;
  const deadline = performance.now() + timeoutSeconds * 1000;
  let reached = performance.now();
  let words = "no answer yet";
  while (performance.now() < deadline) {
    if (run.folder.isStopping()) {
      await stopService(guest).catch(() => {});
      throw new RunStopping(inputs.run);
    }
    try {
      const status = await serviceStatus(guest);
      reached = performance.now();
      words = status.words;
      if (status.started === token && status.state === "succeeded") {
        return;
      }
      if (status.started === token && status.state === "idle") {
        // The machine was restarted, and starts no test by itself.
        await restartService(guest);
      }
      if (status.started === token && status.state === "failed") {
        throw new FioFailed(`fio failed on ${machine}: ${words}${await logTail(guest)}`);
      }
    } catch (error) {
      if (error instanceof FioFailed || performance.now() - reached > UNREACHABLE_SECONDS * 1000) {
        throw error;
      }
      words = reasonOf(error);
    }
    await delay(pollSeconds * 1000);
  }
  await stopService(guest).catch(() => {});
  throw new FioFailed(`fio has not ended within ${timeoutSeconds} s on ${machine}: ${words}`);
}

async function logTail(guest: Guest): Promise<string> {
  const { stdout } = await guest.run(`tail -n 5 ${GUEST_FILES.log}`);
  return stdout.trim() === "" ? "" : `: ${stdout.trim().replaceAll("\n", " / ")}`;
}

async function collect(guest: Guest): Promise<GuestOutput> {
  const { machine } = guest.address;
  const { stdout, exitCode, stderr } = await guest.run(`cat ${GUEST_FILES.output}`);
  if (exitCode !== 0) {
    throw new FioFailed(`the results of ${machine} cannot be read: ${stderr.trim()}`);
  }
  return { machine, output: stdout };
}
