import type { Stack } from "@pulumi/pulumi/automation";
import { allAtOnce } from "../../components/at-once";
import type { StoredKey } from "../../components/besu/keys/keys-in-stores";
import { ChainfleetError } from "../../components/error";
import { fullName } from "../../components/naming";
import type { Config } from "../../stacks/config/schema";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import type { EngineCommand } from "../engine/command";
import { stackConfig } from "../engine/config";
import { commandOn } from "../engine/local-target";
import { askThroughEngine } from "../engine/questions";
import { openStack } from "../engine/stack";
import { type HoldingsAndReferences, NOTHING, readHoldings } from "./holdings";
import type { RegionHoldings } from "./lost-network";
import { findClusters, optionsOf } from "./region-access";
import { storedKeys } from "./stored-keys";

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
  const opened = await openStack(name, command);
  const clusters = await findClusters(config, opened, command);
  const regions = config.regions.map((region, index) => ({ ...region, cluster: clusters[index] }));
  const outcomes = await allAtOnce(
    regions,
    { timeoutSeconds: timeout },
    async ({ name: region, cloud, cluster }) => {
      if (cluster === undefined || "error" in cluster) {
        throw new Error(cluster?.error ?? "it was not looked for");
      }
      return cluster.access === undefined
        ? { holdings: NOTHING, references: new Map<string, StoredKey>() }
        : readHoldings(cluster.access, { namespace: fullName(config.network.name, region), cloud });
    },
  );
  const held = outcomes.map(
    ({ value, error }): HoldingsAndReferences | { readonly error: string } =>
      value ?? { error: error ?? "it did not answer" },
  );
  return withStoredKeys(config, held, { stack: opened, timeout, command });
}

interface Asking {
  readonly stack: Stack;
  /** Seconds after which a vault counts as silent. */
  readonly timeout: number;
  readonly command: EngineCommand;
}

/** Completes what the clusters hold with the keys in the stores that they name. Only such keys cost a run of the engine. */
async function withStoredKeys(
  { network, regions }: Config,
  held: readonly (HoldingsAndReferences | { readonly error: string })[],
  { stack, timeout, command }: Asking,
): Promise<RegionHoldings[]> {
  const { textsOf } = require("../recover/lookup") as typeof import("../recover/lookup");
  const settings = textsOf(await stack.getAllConfig());
  const complete = () =>
    Promise.all(
      held.map(async (found, index): Promise<RegionHoldings> => {
        const region = regions[index];
        if ("error" in found || region === undefined) {
          return found as RegionHoldings;
        }
        const { holdings, references } = found;
        if (references.size === 0) {
          return holdings;
        }
        try {
          const stored = await storedKeys({
            network: network.name,
            region: region.name,
            references,
            options: optionsOf(region, settings),
            timeoutSeconds: timeout,
          });
          return { ...holdings, keys: new Map([...holdings.keys, ...stored]) };
        } catch (error) {
          return { error: (error as Error).message };
        }
      }),
    );
  const isStored = held.some((found) => "references" in found && found.references.size > 0);
  return isStored ? askThroughEngine(command, complete) : complete();
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
