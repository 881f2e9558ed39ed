import type { InvokeOptions } from "@pulumi/pulumi";
import type { Stack } from "@pulumi/pulumi/automation";
import type { ClusterAccess } from "../../components/cluster/client-config";
import { settingsOf } from "../../components/engine/provider-settings";
import type { Config, RegionConfig } from "../../stacks/config/schema";
import type { EngineCommand } from "../engine/command";
import { askThroughEngine } from "../engine/questions";

/** How a region's cluster is reached, as its cloud says; the state is not asked. */
export type FoundAccess =
  /** `access` is undefined if the cloud has no such cluster. */
  { readonly access: ClusterAccess | undefined } | { readonly error: string };

/**
 * Finds the clusters of all regions, all at the same time. Only regions in clouds cost a run of the engine.
 *
 * @param stack the stack with whose settings the clouds are asked.
 * @returns in the order of the config.
 */
export async function findClusters(
  { network, regions }: Pick<Config, "network" | "regions">,
  stack: Stack,
  command: EngineCommand,
): Promise<readonly FoundAccess[]> {
  const settings = await stack.getAllConfig();
  // Loading the clouds' SDKs is slow.
  const { existingClusterAccess } = require("../../stacks/site") as typeof import("../../stacks/site");
  const { textsOf } = require("../recover/lookup") as typeof import("../recover/lookup");
  const texts = textsOf(settings);
  const ask = () =>
    Promise.all(
      regions.map(async (region): Promise<FoundAccess> => {
        try {
          return { access: await existingClusterAccess(network.name, region, optionsOf(region, texts)) };
        } catch (error) {
          return { error: (error as Error).message };
        }
      }),
    );
  return regions.every(({ cloud }) => cloud === "kubernetes") ? ask() : askThroughEngine(command, ask);
}

/** How the cloud of a region is asked. @param settings of the clouds in the config of the stack. */
export function optionsOf(region: RegionConfig, settings: Readonly<Record<string, string>>): InvokeOptions {
  switch (region.cloud) {
    case "azure": {
      const { Provider } =
        require("@pulumi/azure-native/provider") as typeof import("@pulumi/azure-native/provider");
      const { name, subscription } = region;
      const provider = new Provider(name, {
        ...settingsOf("azure-native", settings),
        ...(subscription === undefined ? {} : { subscriptionId: subscription }),
      });
      return { provider };
    }
    case "aws": {
      const { Provider } = require("@pulumi/aws") as typeof import("@pulumi/aws");
      const { name, location, profile } = region;
      const provider = new Provider(name, {
        ...settingsOf("aws", settings),
        ...(profile === undefined ? {} : { profile }),
        region: location as import("@pulumi/aws").Region,
      });
      return { provider };
    }
    case "kubernetes":
      return {};
  }
}
