import { readFileSync } from "node:fs";
import type { Stack } from "@pulumi/pulumi/automation";
import { expect, it } from "vitest";
import type { EngineCommand } from "../engine/command";
import { RUN_AGENT } from "../engine/lock";
import type { State, StateResource } from "../engine/state";
import { recover } from "./recover";

const TYPE = "azure-native:containerservice:ManagedCluster";
const cluster: StateResource = {
  urn: `urn:pulumi:dev::chainfleet::${TYPE}::eastus-aks`,
  type: TYPE,
  custom: true,
  id: "/subscriptions/a/resourceGroups/chain138-eastus/providers/x/managedClusters/chain138-eastus",
  inputs: { kubernetesVersion: "1.35" },
  outputs: {},
};
const settled: StateResource = {
  ...cluster,
  urn: `urn:pulumi:dev::chainfleet::${TYPE}::westus-aks`,
  inputs: { kubernetesVersion: "1.36" },
  outputs: { provisioningState: "Succeeded" },
};

/**
 * A stack in memory. Its refresh reads the unfinished cluster as the service returns it, with the service's defaults.
 *
 * @param refreshes what happens after each refresh in turn. @default nothing
 */
function stackWith(state: State, refreshes: (() => void)[] = []) {
  let stored = state;
  const agents: (string | undefined)[] = [];
  const command = {
    run: async (args: readonly string[]) => {
      if (args.includes("import")) {
        stored = JSON.parse(readFileSync(args[args.indexOf("--file") + 1] ?? "", "utf8")).deployment;
      }
      return { stdout: JSON.stringify({ deployment: stored }), stderr: "", code: 0 };
    },
  } as unknown as EngineCommand;
  const stack = {
    // No stack of a person who runs the unit tests: a recovery keeps inputs in a file of the stack.
    name: "unit-test-of-recover",
    workspace: { workDir: ".", envVars: {} },
    refresh: async ({
      target,
      userAgent,
    }: {
      readonly target: readonly string[];
      readonly userAgent?: string;
    }) => {
      agents.push(userAgent);
      stored = {
        ...stored,
        resources: (stored.resources ?? []).map((resource) =>
          target.includes(resource.urn)
            ? {
                ...resource,
                inputs: { ...resource.inputs, supportPlan: "KubernetesOfficial", dnsPrefix: "read" },
                outputs: { provisioningState: "Succeeded" },
              }
            : resource,
        ),
      };
      refreshes.shift()?.();
    },
  } as unknown as Stack;
  return { stack, command, agents, stored: () => stored };
}

it("a recovered resource keeps the program's inputs, without the defaults that the service adds in a read", async () => {
  const { stack, command, stored } = stackWith({ resources: [settled, cluster] });
  const recovered = await recover(stack, command, [], () => {});
  expect(stored()).toEqual(recovered);
  expect(recovered.resources).toEqual([settled, { ...cluster, outputs: { provisioningState: "Succeeded" } }]);
});

it("a recovered resource keeps the program's inputs although the first recovery failed after it had read the resource", async () => {
  const failing = () => {
    throw new Error("another resource could not be read");
  };
  const { stack, command, stored } = stackWith({ resources: [settled, cluster] }, [failing]);
  await expect(recover(stack, command, [], () => {})).rejects.toThrow("another resource");
  await recover(stack, command, [], () => {});
  const expected = [settled, { ...cluster, outputs: { provisioningState: "Succeeded" } }];
  expect(stored().resources).toEqual(expected);
  // A recovery that has ended is no matter of the next one.
  const changed = {
    resources: [settled, { ...cluster, inputs: { kubernetesVersion: "1.36" }, outputs: { a: 1 } }],
  };
  const later = stackWith(changed);
  await recover(later.stack, later.command, [], () => {});
  expect(later.stored()).toEqual(changed);
});

it("a recovery runs under the name by which a later run recognizes the holder of its lock", async () => {
  const { stack, command, agents } = stackWith({ resources: [cluster] });
  await recover(stack, command, [], () => {});
  expect(agents).toEqual([RUN_AGENT]);
});
