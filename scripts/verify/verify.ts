import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { ChainfleetError } from "../../components/error";
import { patiently } from "../../components/governor/patience";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { plainStackName } from "../../stacks/config/written/written-config";
import { EngineCommand } from "../engine/command";
import { RUN_AGENT, withLock } from "../engine/lock";
import { readState, type StateResource } from "../engine/state";
import { providerPlaces } from "../recover/provider-places";
import { configuredRegions } from "../run/configured";
import type { TimedEvent } from "../run/events";
import { CPU_BOUND } from "../shard/cpu";
import { requireMoved } from "../shard/moved";
import { type NetworkStacks, openNetworkStacks } from "../shard/network-stacks";
import { differencesIn } from "./differences";
import { untracked } from "./untracked";
import { verificationOf, verificationReport } from "./verification";

/** The options of `chainfleet verify`. */
export interface VerifyOptions {
  readonly stack: string;
  /** Whether to print the result as JSON on standard output instead of the table. */
  readonly json: boolean;
}

/** The argument that stands for every region. */
const ALL = "all";

/**
 * Compares what the config describes, what the state contains and what the clouds have. Nothing is changed, the state
 * included.
 *
 * @param named the regions to compare, or "all", which includes what all regions share.
 * @returns the exit code of the process: 0 if there is no difference, else 1.
 * @throws ChainfleetError REGION_UNKNOWN if a region is not in the config.
 */
export async function verify(
  named: readonly string[],
  { stack: name, json }: VerifyOptions,
): Promise<number> {
  const configured = configuredRegions(name);
  const regions = configured.map((region) => region.name);
  const unknown = named.filter((region) => region !== ALL && !regions.includes(region));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "REGION_UNKNOWN",
      summary: `The config of the stack "${name}" has no region ${unknown.join(", ")}.`,
      next: `Name "all" or some of these regions: ${regions.join(", ")}.`,
    });
  }
  const command = new EngineCommand();
  const interrupt = () => command.interrupt();
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    const opened = await openNetworkStacks(name, regions, { command });
    requireStackOfEachRegion(opened);
    const { network } = opened;
    const stacks = [network, ...opened.regions.map(({ stack }) => stack)];
    const say = (line: string) => process.stderr.write(`${line}\n`);
    say("Reading every resource from its cloud and comparing it with the config. Nothing is changed.");
    const states = await pMap(stacks, (stack) => readState(stack, command), { concurrency: CPU_BOUND });
    requireMoved(name, states[0] ?? {});
    const resources = states.flatMap((state) => state.resources ?? []);
    const previews = await pMap(
      stacks,
      (stack) => patiently("verification", () => withLock(stack, say, () => preview(stack))),
      { concurrency: CPU_BOUND },
    );
    const verification = verificationOf({
      stack: name,
      selected: named.includes(ALL) ? undefined : named,
      configured,
      resources,
      differences: [
        ...differencesIn(previews.flat(), resources),
        ...(await patiently("verification", () => untrackedIn(network, command, resources))),
      ],
    });
    process.stdout.write(
      json ? `${JSON.stringify(verification)}\n` : `${verificationReport(verification)}\n`,
    );
    return verification.result === "equal" ? 0 : 1;
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
  }
}

/** A program can be compared with its state only if both exist. */
function requireStackOfEachRegion({ network, regions, missing }: NetworkStacks): void {
  const removed = regions.filter(({ isConfigured }) => !isConfigured).map(({ region }) => region);
  if (missing.length > 0 || removed.length > 0) {
    throw new ChainfleetError({
      code: "VERIFICATION_IMPOSSIBLE",
      summary: [
        "Config and stacks do not have the same regions, so they cannot be compared. Nothing was changed.",
        ...missing.map((region) => `The region ${region} has no stack yet.`),
        ...removed.map(
          (region) => `The region ${region} still has a stack, but the config no longer describes it.`,
        ),
      ].join("\n"),
      next: `Bring the stacks up to date: chainfleet up --stack ${network.name}`,
    });
  }
}

/** The events of a preview that first reads every resource from its cloud. */
async function preview(stack: Stack): Promise<TimedEvent[]> {
  const events: TimedEvent[] = [];
  await stack.preview({
    refresh: true,
    parallel: READS_AT_ONCE,
    userAgent: RUN_AGENT,
    onEvent: (event) => events.push({ at: Date.now(), event }),
  });
  return events;
}

/** Below the reads that Azure admits at once in one location (components/governor/limits.ts). */
const READS_AT_ONCE = 128;

/**
 * What AWS has with the tags of the stack and no state contains. Azure has no such question in the plugin. The resources of
 * a region's own stack have the tag of the network's stack, so the question is asked for the whole network only.
 */
async function untrackedIn(stack: Stack, command: EngineCommand, resources: readonly StateResource[]) {
  if (shardNameOf(stack.name) !== undefined) {
    return [];
  }
  const { awsPlaces } = providerPlaces(resources);
  if (awsPlaces.length === 0) {
    return [];
  }
  // Loading the clouds' SDKs is slow, and stacks without AWS do not need them.
  const { lookUp } = require("../recover/lookup") as typeof import("../recover/lookup");
  const { tagged } = await lookUp(
    {
      stackTag: `${(await stack.workspace.projectSettings()).name}/${plainStackName(stack.name)}`,
      azureSubscriptions: [],
      config: await stack.getAllConfig(),
      awsPlaces,
      subnets: [],
    },
    command,
  );
  return untracked(tagged, resources);
}
