import type { Address } from "viem";
import { ChainfleetError } from "../../components/error";
import { fullName } from "../../components/naming";
import { chainParameters } from "../../stacks/config/chain-parameters";
import type { Config } from "../../stacks/config/schema";
import { shardNameOf } from "../../stacks/config/shard-name";
import { plainStackName, readStackFile } from "../../stacks/config/written-config";
import { confirm } from "../confirmation";
import { EngineCommand } from "../engine/command";
import { stackConfig } from "../engine/config";
import { commandOn, targetLine } from "../engine/local-target";
import { withLock } from "../engine/lock";
import { openStack } from "../engine/stack";
import { readState, type State, writePlainState } from "../engine/state";
import { allAtOnce } from "../services/at-once";
import { tableOf } from "../table";
import { takeOverCloudResources } from "./cloud-resources";
import { NOTHING, readHoldings } from "./holdings";
import { type FoundKey, type FoundNetwork, findNetwork, type RegionHoldings } from "./lost-network";
import { type RecoveredState, recoverState } from "./recovered-state";
import { findClusters } from "./region-access";
import { secretsProviderOf } from "./secrets-provider";

/** The options of `chainfleet recover keys`. */
export interface RecoverOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Whether to go on without asking. */
  readonly yes: boolean;
  /** Whether to show what would be recovered, and recover nothing. */
  readonly preview: boolean;
  /** Seconds after which a region's cluster counts as silent. */
  readonly timeout: number;
}

/**
 * `chainfleet recover keys`: takes the validators' keys and the genesis out of the clusters and into a state that was lost or
 * is older than they are. The state alone is changed. A second run finds nothing to do.
 *
 * @returns the exit code of the process.
 * @throws ChainfleetError `KEYS_NOT_RECOVERABLE` with every reason; nothing was changed then.
 */
export async function recoverKeys(options: RecoverOptions): Promise<number> {
  const { stack: name, preview } = options;
  process.stderr.write(`${targetLine(name)}\n`);
  const command = new EngineCommand();
  const config = await networkConfig(name, command);
  const stack = await openStack(name, command);
  const before = await readState(stack, command);
  const found = await findInClusters(config, options, command);
  const project = (await stack.workspace.projectSettings()).name;
  const result = recoverState(before, found, {
    stack: plainStackName(name),
    project,
    network: config.network.name,
    parameters: chainParameters(config.network),
    sharding: config.sharding,
  });
  refuse(result.conflicts);
  if (!options.json) {
    process.stdout.write(`${describe(found, result)}\n`);
  }
  const isWhole = resourcesIn(result.state) === resourcesIn(before);
  if (!isWhole && !preview) {
    if (!options.yes) {
      await confirm({
        command: "recover keys",
        effect: `writes ${result.recovered.length} keys into the state, and changes no resource`,
        stack: name,
      });
    }
    await withLock(stack, say, async () => {
      requireUnchanged(name, before, await readState(stack, command));
      await writePlainState(stack, command, {
        ...result.state,
        // A stack without any earlier state does not say yet how its secrets are encrypted.
        secrets_providers:
          result.state["secrets_providers"] ??
          secretsProviderOf({
            file: readStackFile(name),
            stack: plainStackName(name),
            project,
            backend: process.env.PULUMI_BACKEND_URL,
          }),
      });
    });
  }
  const takenOver =
    preview || config.regions.every(({ cloud }) => cloud === "kubernetes")
      ? []
      : await takeOverCloudResources({ stack, command, say });
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...resultOf(options, found, result), takenOver })}\n`
      : `${lastLine({ ...options, isWhole: isWhole && takenOver.length === 0, takenOver })}\n`,
  );
  return 0;
}

async function networkConfig(name: string, command: EngineCommand): Promise<Config> {
  const shard = shardNameOf(name);
  if (shard !== undefined) {
    throw new ChainfleetError({
      code: "STACK_OF_A_REGION",
      summary: `The stack "${name}" is that of one region. The keys are in the state of the network's stack. Nothing was changed.`,
      next: `${commandOn(shard.parent)} recover keys --stack ${shard.parent}`,
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

/** @throws ChainfleetError `KEYS_NOT_RECOVERABLE` */
async function findInClusters(
  config: Config,
  { stack: name, timeout }: RecoverOptions,
  command: EngineCommand,
): Promise<FoundNetwork> {
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
  const holdings = outcomes.map(
    ({ value, error }): RegionHoldings => value ?? { error: error ?? "it did not answer" },
  );
  const found = await findNetwork(
    {
      parameters: chainParameters(config.network),
      image: config.besu.image,
      regions: config.regions,
    },
    holdings,
  );
  if ("obstacles" in found) {
    refuse(found.obstacles);
    throw new TypeError("a network that cannot be found has obstacles");
  }
  return found;
}

function refuse(obstacles: readonly string[]): void {
  if (obstacles.length > 0) {
    throw new ChainfleetError({
      code: "KEYS_NOT_RECOVERABLE",
      summary: `The keys cannot be taken over into the state; nothing was changed.\n${obstacles.map((obstacle) => `  ${obstacle}.`).join("\n")}`,
      next: "docs/keys.md says what to do in each case. No new key is made as long as a cluster has keys of the network.",
    });
  }
}

function requireUnchanged(stack: string, before: State, now: State): void {
  if (resourcesIn(before) !== resourcesIn(now)) {
    throw new ChainfleetError({
      code: "STATE_CHANGED",
      summary: `Another run has changed the state of the stack "${stack}" meanwhile. Nothing was changed by this command.`,
      next: "Repeat this command when no other run is in progress.",
    });
  }
}

function resourcesIn({ resources = [] }: State): number {
  return resources.length;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function describe(found: FoundNetwork, { recovered }: RecoveredState): string {
  const rows = found.keys.map((key) => [
    key.region,
    `validator-${key.index}`,
    key.address,
    key.isFounder ? "founder" : "added later",
    whereabouts(key, recovered),
  ]);
  return [
    `Genesis ${found.hash}, ${found.founders.length} founding validators.`,
    tableOf(["region", "validator", "address", "in the chain", "key"], rows),
    ...found.withoutKey.map(
      ({ region, index }) =>
        `${region}/validator-${index} never had a key: the next up makes the key and starts a node without a vote.`,
    ),
  ].join("\n");
}

function whereabouts(key: FoundKey, recovered: readonly FoundKey[]): string {
  if (!key.isConfigured) {
    return "left in the cluster: not in the config";
  }
  return recovered.includes(key) ? "to be recovered" : "in the state already";
}

function lastLine({
  stack,
  preview,
  isWhole,
  takenOver,
}: Pick<RecoverOptions, "stack" | "preview"> & {
  readonly isWhole: boolean;
  readonly takenOver: readonly string[];
}): string {
  if (isWhole) {
    return "The state has all of these keys. Nothing was changed.";
  }
  if (preview) {
    return `This was a preview; nothing was changed. To recover: ${commandOn(stack)} recover keys --stack ${stack}`;
  }
  const resources = takenOver.length === 0 ? "" : `, and ${takenOver.length} resources of the clouds`;
  return `The state has the keys and the genesis again${resources}. See what the next up does: ${commandOn(stack)} preview --stack ${stack}`;
}

interface NamedKey {
  readonly region: string;
  readonly validator: string;
  readonly address: Address;
}

/** No key is in it. */
function resultOf(
  { stack, preview }: RecoverOptions,
  found: FoundNetwork,
  { recovered }: RecoveredState,
): object {
  const named = ({ region, index, address }: FoundKey): NamedKey => ({
    region,
    validator: `validator-${index}`,
    address,
  });
  return {
    stack,
    preview,
    genesisHash: found.hash,
    founders: found.founders,
    recovered: recovered.map(named),
    known: found.keys.filter((key) => key.isConfigured && !recovered.includes(key)).map(named),
    notConfigured: found.keys.filter(({ isConfigured }) => !isConfigured).map(named),
    withoutKey: found.withoutKey.map(({ region, index }) => ({ region, validator: `validator-${index}` })),
  };
}
