import * as pulumi from "@pulumi/pulumi";
import type { ChainfleetError } from "../error";
import type { RetryDecision } from "../governor/governor";
import { noteWait } from "../governor/waits";
import { incompatibility } from "./release/software-change";
import { imageOf, softwareOf } from "./release/stateful-set";
import type { UpdateGate } from "./update-gate";

/**
 * Hooks that make the engine wait for the gate before it updates a running validator. The creation of a validator does
 * not wait. In a preview the gate is told what would wait.
 *
 * @param retry decides whether a failed update is repeated. The validator keeps its place in the gate meanwhile.
 */
export function validatorUpdateHooks(
  gate: UpdateGate,
  retry: RetryDecision,
  { untilBack, replaceStuckPod }: ValidatorPods,
): pulumi.ResourceHookBinding {
  const watches = new Map<string, AbortController>();
  const endWatch = ({ urn }: Pick<pulumi.ResourceHookArgs, "urn">) => {
    watches.get(urn)?.abort();
    watches.delete(urn);
  };
  const gated: Gated = {
    gate,
    retry,
    untilBack: (update) => untilBack(update).finally(() => endWatch(update)),
    onLost: endWatch,
  };
  // Longer than the 10 minutes for which the Kubernetes plugin waits for a StatefulSet.
  return gateHooks("validator-update", gated, async (update) => {
    const reason = await enterGate(gate, update, 15 * 60);
    if (reason !== undefined) {
      pulumi.log.info(`${update.name} ${reason}. It is updated now, which costs the chain nothing.`);
    }
    endWatch(update);
    const watch = new AbortController();
    watches.set(update.urn, watch);
    void replaceStuckPod(update, watch.signal);
  });
}

/** What the hooks need of the pods of a network's validators. */
export interface ValidatorPods {
  readonly untilBack: UntilBack;
  /** Deletes the validator's pod if the update waits for the pod in vain, until the signal. Never rejects. */
  readonly replaceStuckPod: (update: pulumi.ResourceHookArgs, signal: AbortSignal) => Promise<void>;
}

/**
 * Resolves when an updated validator is back: ready in its cluster, and the chain goes on with it. The Kubernetes plugin (4.25.0) does not wait for that: a status
 * that the controller wrote before it saw the update looks complete (processStatefulSetEvent in await/statefulset.go of
 * https://github.com/pulumi/pulumi-kubernetes does not compare observedGeneration).
 */
export type UntilBack = (update: pulumi.ResourceHookArgs) => Promise<void>;

/**
 * Hooks that make the engine wait for the gate before it updates a cluster or a node pool on which validators run. A new
 * Kubernetes version replaces every node.
 */
export function nodeUpdateHooks(gate: UpdateGate, retry: RetryDecision): pulumi.ResourceHookBinding {
  // Longer than the 2 hours for which the Azure plugin waits, and than the 1 hour of the AWS plugin.
  return gateHooks("node-update", { gate, retry }, async ({ name }) => {
    await gate.enter(name, 2.5 * 3600);
  });
}

/** Hooks that let volumes grow one after another, so that a driver that fails does so with one volume. */
export function volumeExpansionHooks(gate: UpdateGate, retry: RetryDecision): pulumi.ResourceHookBinding {
  // Longer than the 15 minutes for which an expansion waits.
  return gateHooks("volume-expansion", { gate, retry }, async ({ name }) => {
    await gate.enter(name, 20 * 60);
  });
}

interface Gated {
  readonly gate: UpdateGate;
  readonly retry: RetryDecision;
  readonly untilBack?: UntilBack;
  /** Called when an update has failed for good. */
  readonly onLost?: (failed: pulumi.ErrorHookArgs) => void;
}

/** @param prefix of the hooks' names. The state refers to hooks by their names, so the names must stay the same. */
function gateHooks(
  prefix: string,
  { gate, retry, untilBack, onLost }: Gated,
  enter: (update: pulumi.ResourceHookArgs) => Promise<void>,
): pulumi.ResourceHookBinding {
  return {
    beforeUpdate: [
      new pulumi.ResourceHook(
        `${prefix}-enter`,
        (update) =>
          pulumi.runtime.isDryRun() ? planUpdate(gate, update) : noteGate(update.urn, () => enter(update)),
        { onDryRun: true },
      ),
    ],
    afterUpdate: [
      new pulumi.ResourceHook(`${prefix}-leave`, (update) => leaveWhenBack(gate, update, untilBack)),
    ],
    onError: [
      new pulumi.ErrorHook(`${prefix}-lost`, async (failed) => {
        const repeats = await loseUnlessRepeated(gate, failed, retry);
        if (!repeats) {
          onLost?.(failed);
        }
        return repeats;
      }),
    ],
  };
}

/**
 * Reports the end of an update once the validator is back. If it does not come back, the gate closes at once: what stops the
 * updates that wait is their own hook before the update, and the error of this one fails the run.
 */
export async function leaveWhenBack(
  gate: UpdateGate,
  update: pulumi.ResourceHookArgs,
  untilBack: UntilBack | undefined,
): Promise<void> {
  try {
    await untilBack?.(update);
  } catch (error) {
    gate.lose(update.name);
    throw error;
  }
  await gate.leave(update.name);
}

/**
 * Closes the gate if the failed update is not repeated.
 *
 * @returns whether the engine repeats the operation.
 */
export async function loseUnlessRepeated(
  gate: UpdateGate,
  failed: pulumi.ErrorHookArgs,
  retry: RetryDecision,
): Promise<boolean> {
  const repeats = await retry(failed);
  if (repeats) {
    gate.prolong(failed.name);
  } else {
    gate.lose(failed.name);
  }
  return repeats;
}

/** Notes in the record of the run how long an update waited for the gate. */
async function noteGate(urn: string, enter: () => Promise<void>): Promise<void> {
  const at = Date.now();
  await enter();
  const seconds = (Date.now() - at) / 1000;
  if (seconds >= SHORTEST_WAIT_SECONDS) {
    noteWait({ at, seconds, urn, kind: "gate", reason: "other validators were being updated" });
  }
}

/** A wait that a person would not see is none. */
const SHORTEST_WAIT_SECONDS = 0.01;

/**
 * Waits until the validator may be updated.
 *
 * The chain's check compares the config with what the last run was told. A run that failed in the middle leaves
 * validators that still have the software before that, so each validator's own software is compared as well.
 *
 * @returns why the validator is down already, if it was admitted for that reason.
 * @throws ChainfleetError BESU_UPDATE_REFUSED if this validator would not understand those that are not updated yet.
 */
export async function enterGate(
  gate: UpdateGate,
  update: Update,
  patienceSeconds: number,
): Promise<string | undefined> {
  const refusal = softwareRefusal(update);
  if (refusal !== undefined) {
    gate.refuse(update.name);
    throw refusal;
  }
  return gate.enter(update.name, patienceSeconds);
}

type Update = Pick<pulumi.ResourceHookArgs, "name" | "oldInputs" | "newInputs">;

/**
 * Notes in a preview what would restart.
 *
 * @throws ChainfleetError BESU_UPDATE_REFUSED as the update itself would.
 */
export function planUpdate(gate: UpdateGate, update: Update): void {
  const refusal = softwareRefusal(update);
  if (refusal !== undefined) {
    throw refusal;
  }
  const [before, after] = [imageOf(update.oldInputs), imageOf(update.newInputs)];
  const images = before === undefined || after === undefined ? undefined : { before, after };
  gate.plan({ name: update.name, images });
}

function softwareRefusal({ oldInputs, newInputs }: Update): ChainfleetError | undefined {
  const [running, configured] = [softwareOf(oldInputs), softwareOf(newInputs)];
  return running === undefined || configured === undefined ? undefined : incompatibility(running, configured);
}
