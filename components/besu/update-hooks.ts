import * as pulumi from "@pulumi/pulumi";
import type { UpdateGate } from "./update-gate";

/**
 * Hooks that make the engine wait for the gate before it updates a running validator. The creation of a validator does
 * not wait. The state refers to the hooks by name, so the names must stay the same.
 */
export function validatorUpdateHooks(gate: UpdateGate): pulumi.ResourceHookBinding {
  return {
    beforeUpdate: [new pulumi.ResourceHook("validator-update-enter", ({ name }) => gate.enter(name))],
    afterUpdate: [new pulumi.ResourceHook("validator-update-leave", ({ name }) => gate.leave(name))],
    onError: [
      new pulumi.ErrorHook("validator-update-lost", ({ name }) => {
        gate.lose(name);
        return false;
      }),
    ],
  };
}
