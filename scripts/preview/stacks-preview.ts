import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { shardStackName } from "../../stacks/config/written/shard-name";
import { hasSharedInputs } from "../../stacks/shards/shard-inputs";
import type { EngineCommand } from "../engine/command";
import type { PolicyPacks } from "../engine/policy-packs";
import { readState, type StateResource } from "../engine/state";
import { CPU_BOUND } from "../shard/cpu";
import { requireMoved } from "../shard/moved";
import { type NetworkStacks, openNetworkStacks } from "../shard/network-stacks";
import { outputsOf } from "../shard/outputs";
import { joinedResources } from "../shard/plan";
import { type EnginePreview, engineDiff, enginePreview } from "./engine-preview";

/** What is previewed. */
export interface PreviewedNetwork {
  readonly stack: string;
  /** The names of the regions in the config. */
  readonly regions: readonly string[];
  /** Whether to make the engine's text about every property that changes. */
  readonly diff: boolean;
  /** The largest number of resource operations that each engine runs at the same time. */
  readonly parallel: number;
  /** Policy packs that the engines run. */
  readonly packs: PolicyPacks;
  readonly command: EngineCommand;
  /** Shows a line to the user. */
  readonly say: (line: string) => void;
}

/** The stack of a region of which no preview is possible. */
export interface SkippedStack {
  readonly stack: string;
  readonly reason: string;
}

/** What the engines' previews of a network's stack and of the stacks of its regions found together. */
export interface StacksPreview extends EnginePreview {
  /** The resources in all states. */
  readonly before: readonly StateResource[];
  readonly skipped: readonly SkippedStack[];
  /** With `diff`: the engine's text. */
  readonly diff?: string;
}

/**
 * Previews a network's stack, and with `sharding: region` the stacks of its regions. The stack of a region is previewed with
 * what the network's stack has now, not with what the `up` would make of it.
 *
 * @throws ChainfleetError `PREVIEW_FAILED` with all errors that an engine reported.
 */
export async function previewStacks(network: PreviewedNetwork): Promise<StacksPreview> {
  const { command, parallel, packs, say } = network;
  const opened = await openNetworkStacks(network.stack, network.regions, { command });
  const all = [opened.network, ...opened.regions.map(({ stack }) => stack)];
  const states = await pMap(all, (stack) => readState(stack, command), { concurrency: CPU_BOUND });
  const [ofNetwork = {}, ...ofRegions] = states;
  requireMoved(network.stack, ofNetwork);
  const before = joinedResources({
    network: ofNetwork,
    regions: new Map(opened.regions.map(({ region }, index) => [region, ofRegions[index] ?? {}])),
  });
  say(`Comparing ${before.length} resources in the state with the config.`);
  const skipped = skippedStacks(opened, outputsOf(ofNetwork));
  const stacks = all.filter(({ name }) => skipped.every(({ stack }) => stack !== name));
  const previews = await pMap(stacks, (stack) => enginePreview(stack, command, { parallel, packs }), {
    concurrency: CPU_BOUND,
  });
  return {
    before,
    skipped,
    steps: previews.flatMap(({ steps }) => steps),
    messages: [...new Set(previews.flatMap(({ messages }) => messages))],
    ...(network.diff ? { diff: await diffOf(stacks) } : {}),
  };

  async function diffOf(previewed: readonly Stack[]): Promise<string> {
    const texts = await pMap(previewed, (stack) => engineDiff(stack, command, parallel), {
      concurrency: CPU_BOUND,
    });
    return texts.join("\n");
  }
}

/** The stacks of regions whose programs would refuse to run now, or that do not exist yet. */
function skippedStacks(
  { network, regions, missing }: NetworkStacks,
  outputs: Readonly<Record<string, unknown>>,
): SkippedStack[] {
  return [
    ...regions.flatMap(({ region, stack, isConfigured }) => {
      if (!isConfigured) {
        return [
          { stack: stack.name, reason: "the config no longer describes the region; up deletes the stack" },
        ];
      }
      return hasSharedInputs(outputs, region)
        ? []
        : [{ stack: stack.name, reason: "what the region shares with the network is not there yet" }];
    }),
    ...missing.map((region) => ({
      stack: shardStackName({ parent: network.name, region }),
      reason: "the first up creates the stack",
    })),
  ];
}
