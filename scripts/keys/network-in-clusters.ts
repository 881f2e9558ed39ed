import { allAtOnce } from "../../components/at-once";
import { ChainfleetError } from "../../components/error";
import { fullName } from "../../components/naming";
import type { Config } from "../../stacks/config/schema";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import type { EngineCommand } from "../engine/command";
import { stackConfig } from "../engine/config";
import { commandOn } from "../engine/local-target";
import { openStack } from "../engine/stack";
import { NOTHING, readHoldings } from "./holdings";
import type { RegionHoldings } from "./lost-network";
import { findClusters } from "./region-access";

/** The options that all commands on keys have in common. */
export interface KeysOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Seconds after which a region's cluster counts as silent. */
  readonly timeout: number;
}

/**
 * The config of a stack with a network.
 *
 * @throws ChainfleetError `STACK_OF_A_REGION`, `NO_NETWORK`
 */
export async function networkConfig(name: string, command: EngineCommand): Promise<Config> {
  const shard = shardNameOf(name);
  if (shard !== undefined) {
    throw new ChainfleetError({
      code: "STACK_OF_A_REGION",
      summary: `The stack "${name}" is that of one region. The keys are in the state of the network's stack. Nothing was changed.`,
      next: `Name that stack: --stack ${shard.parent}`,
    });
  }
  const config = await stackConfig(name, command);
  if (config.regions.length === 0) {
    throw new ChainfleetError({
      code: "NO_NETWORK",
      summary: `The stack "${name}" has no network: its config describes no region. Nothing was changed.`,
    });
  }
  return config;
}

/** What the clusters of all regions hold, in the order of the config. All are asked at the same time; no state is. */
export async function holdingsOf(
  config: Config,
  { stack: name, timeout }: KeysOptions,
  command: EngineCommand,
): Promise<RegionHoldings[]> {
  const clusters = await findClusters(config, await openStack(name, command), command);
  const regions = config.regions.map((region, index) => ({ ...region, cluster: clusters[index] }));
  const outcomes = await allAtOnce(
    regions,
    { timeoutSeconds: timeout },
    async ({ name: region, cluster }) => {
      if (cluster === undefined || "error" in cluster) {
        throw new Error(cluster?.error ?? "it was not looked for");
      }
      return cluster.access === undefined
        ? NOTHING
        : readHoldings(cluster.access, fullName(config.network.name, region));
    },
  );
  return outcomes.map(({ value, error }): RegionHoldings => value ?? { error: error ?? "it did not answer" });
}

/**
 * Ends a command that cannot do what it should.
 *
 * @param what could not be done. @example "The keys cannot be saved"
 * @throws ChainfleetError `KEYS_INCOMPLETE` if there is an obstacle.
 */
export function requireNone(
  obstacles: readonly string[],
  { what, stack }: { what: string; stack: string },
): void {
  if (obstacles.length > 0) {
    throw new ChainfleetError({
      code: "KEYS_INCOMPLETE",
      summary: `${what}; nothing was changed.\n${obstacles.map((obstacle) => `  ${obstacle}.`).join("\n")}`,
      next: `docs/keys.md says what to do in each case. From a backup: ${commandOn(stack)} keys restore --stack ${stack}`,
    });
  }
}
