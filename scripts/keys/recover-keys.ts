import { isDeepStrictEqual } from "node:util";
import type { Address } from "viem";
import { ChainfleetError } from "../../components/error";
import { chainParameters } from "../../stacks/config/chain-parameters";
import type { Config } from "../../stacks/config/schema";
import { plainStackName, readStackFile } from "../../stacks/config/written/written-config";
import { EngineCommand } from "../engine/command";
import { commandOn, targetLine } from "../engine/local-target";
import { withLock } from "../engine/lock";
import { openStack } from "../engine/stack";
import { readState, type State, writePlainState } from "../engine/state";
import { confirm } from "../terminal/confirmation";
import { tableOf } from "../terminal/table";
import type { Backup } from "./backup-file";
import { takeOverCloudResources } from "./cloud-resources";
import { handOverObjects } from "./hand-over";
import { differences, type FoundKey, type FoundNetwork, findNetwork } from "./lost-network";
import { holdingsOf, type KeysOptions, networkConfig, requireNone } from "./network-in-clusters";
import { type RecoveredState, recoverState } from "./recovered-state";
import { withBackup } from "./restored";
import { secretsProviderOf } from "./secrets-provider";

/** The options of `chainfleet recover keys`. */
export interface RecoverOptions extends KeysOptions {
  /** Whether to go on without asking. */
  readonly yes: boolean;
  /** Whether to show what would be recovered, and recover nothing. */
  readonly preview: boolean;
  /** What the clusters may have lost. @default the clusters alone are asked */
  readonly backup?: Backup;
}

/**
 * `chainfleet recover keys`: takes the validators' keys and the genesis out of the clusters and into a state that was lost or
 * is older than they are, and frees the objects in the clusters from the lost state's field managers. No other thing is changed. A
 * second run finds nothing to do.
 *
 * @returns the exit code of the process.
 * @throws ChainfleetError `KEYS_INCOMPLETE` with every reason; nothing was changed then.
 */
export async function recoverKeys(options: RecoverOptions): Promise<number> {
  const { stack: name, preview } = options;
  process.stderr.write(`${targetLine(name)}\n`);
  const command = new EngineCommand();
  const config = await networkConfig(name, command);
  const stack = await openStack(name, command);
  const before = await readState(stack, command);
  const found = await findComplete(config, options, command);
  const project = (await stack.workspace.projectSettings()).name;
  const result = recoverState(before, found, {
    stack: plainStackName(name),
    project,
    network: config.network.name,
    parameters: chainParameters(config.network),
    sharding: config.sharding,
  });
  refuse(result.conflicts, options);
  if (!options.json) {
    process.stdout.write(`${describe(found, result)}\n`);
  }
  const isWhole = result.state.resources?.length === before.resources?.length;
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
  // The objects of regions with stacks of their own are in the states of these stacks.
  const handedOver =
    preview || config.sharding === "region" ? 0 : await handOverObjects(config, options, command);
  if (handedOver > 0) {
    say(`${handedOver} objects in the clusters were freed from the field managers of the lost state.`);
  }
  const isComplete = isWhole && takenOver.length === 0 && handedOver === 0;
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ ...resultOf(options, found, result), takenOver, handedOver })}\n`
      : `${lastLine({ ...options, isWhole: isComplete, takenOver })}\n`,
  );
  return 0;
}

/** @throws ChainfleetError `KEYS_INCOMPLETE` */
async function findComplete(
  config: Config,
  options: RecoverOptions,
  command: EngineCommand,
): Promise<FoundNetwork> {
  const { name } = config.network;
  const held = await holdingsOf(config, options, command);
  const { holdings, obstacles } =
    options.backup === undefined
      ? { holdings: held, obstacles: [] }
      : withBackup({ name, regions: config.regions }, held, options.backup);
  refuse(obstacles, options);
  const found = await findNetwork(config.regions, holdings);
  if ("obstacles" in found) {
    refuse(found.obstacles, options);
    throw new TypeError("a network that is not found has an obstacle");
  }
  const configured = { parameters: chainParameters(config.network), image: config.besu.image };
  refuse(differences(found, configured), options);
  return found;
}

function refuse(obstacles: readonly string[], { stack }: Pick<RecoverOptions, "stack">): void {
  requireNone(obstacles, { what: "The keys cannot be taken over into the state", stack });
}

function requireUnchanged(stack: string, before: State, now: State): void {
  // Exports keep the encrypted text of secrets, so that equal states are equal texts.
  if (!isDeepStrictEqual(before.resources ?? [], now.resources ?? [])) {
    throw new ChainfleetError({
      code: "STATE_CHANGED",
      summary: `Another run has changed the state of the stack "${stack}" meanwhile. Nothing was changed by this command.`,
      next: "Repeat this command when no other run is in progress.",
    });
  }
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
