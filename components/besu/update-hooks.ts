import * as pulumi from "@pulumi/pulumi";
import type { UpdateGate } from "./update-gate";

/**
 * Hooks that make the engine wait for the gate before it updates a running validator. The creation of a validator does
 * not wait.
 */
export function validatorUpdateHooks(gate: UpdateGate): pulumi.ResourceHookBinding {
  // Longer than the 10 minutes for which the Kubernetes plugin waits for a StatefulSet.
  return gateHooks("validator-update", gate, 15 * 60);
}

/**
 * Hooks that make the engine wait for the gate before it updates a cluster or a node pool on which validators run. A new
 * Kubernetes version replaces every node.
 */
export function nodeUpdateHooks(gate: UpdateGate): pulumi.ResourceHookBinding {
  // Longer than the 2 hours for which the Azure plugin waits, and than the 1 hour of the AWS plugin.
  return gateHooks("node-update", gate, 2.5 * 3600);
}

/** @param prefix of the hooks' names. The state refers to hooks by their names, so the names must stay the same. */
function gateHooks(prefix: string, gate: UpdateGate, patienceSeconds: number): pulumi.ResourceHookBinding {
  return {
    beforeUpdate: [
      new pulumi.ResourceHook(`${prefix}-enter`, ({ name }) => gate.enter(name, patienceSeconds)),
    ],
    afterUpdate: [new pulumi.ResourceHook(`${prefix}-leave`, ({ name }) => gate.leave(name))],
    onError: [
      new pulumi.ErrorHook(`${prefix}-lost`, ({ name }) => {
        gate.lose(name);
        return false;
      }),
    ],
  };
}
