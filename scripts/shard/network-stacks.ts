import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import { isSharded, shardStackName } from "../../stacks/config/written/shard-name";
import { plainStackName, readStackFile } from "../../stacks/config/written/written-config";
import type { EngineCommand } from "../engine/command";
import { openRegionStack, openStack } from "../engine/stack";
import { CPU_BOUND } from "./cpu";
import { writeShardFiles } from "./shard-files";

/** The stack of a region. */
export interface RegionStack {
  readonly region: string;
  readonly stack: Stack;
  /** False if the config no longer describes the region. */
  readonly isConfigured: boolean;
}

/** The stack of a network and the stacks of its regions. */
export interface NetworkStacks {
  readonly network: Stack;
  /** The existing stacks of regions. Empty if everything is in the network's stack. */
  readonly regions: readonly RegionStack[];
  /** The regions that have no stack yet. */
  readonly missing: readonly string[];
}

/** With what the stacks are opened. */
export interface Opening {
  readonly command: EngineCommand;
  /** Variables for the engines and the programs of all stacks, in addition to those of this process. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * Opens the stack of a network, and the stacks of its regions if the config says `sharding: region`.
 *
 * @param regions the names of the regions in the config.
 * @throws ChainfleetError as `openStack` does.
 */
export async function openNetworkStacks(
  stackName: string,
  regions: readonly string[],
  { command, environment }: Opening,
): Promise<NetworkStacks> {
  const network = await openStack(stackName, command, environment);
  if (!isSharded(stackName)) {
    return { network, regions: [], missing: [] };
  }
  writeShardFiles(stackName, regions);
  const existing = await openRegionStacks(network);
  return {
    network,
    regions: existing.map(({ region, stack }) => ({
      region,
      stack,
      isConfigured: regions.includes(region),
    })),
    missing: regions.filter((name) => existing.every(({ region }) => region !== name)),
  };
}

/** Adds variables to the environment of the engines and programs of all stacks, and of the stacks that are created later. */
export function addEnvironment(
  { network, regions }: NetworkStacks,
  variables: Readonly<Record<string, string>>,
): void {
  for (const { workspace } of [network, ...regions.map(({ stack }) => stack)]) {
    workspace.envVars = { ...workspace.envVars, ...variables };
  }
}

/** Opens all stacks in the backend that have the name of a region's stack. */
export async function openRegionStacks(network: Stack): Promise<Pick<RegionStack, "region" | "stack">[]> {
  const prefix = shardStackName({ parent: plainStackName(network.name), region: "" });
  const regions = (await network.workspace.listStacks())
    // Pulumi Cloud's list has the organization of a stack that is not in the default one.
    .map(({ name }) => name.split("/").at(-1) ?? "")
    .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("."))
    .map((name) => name.slice(prefix.length));
  return Promise.all(
    regions.map(async (region) => ({
      region,
      stack: await openRegionStack(shardStackName({ parent: network.name, region }), network),
    })),
  );
}

/**
 * Creates the stacks of regions that have none. Their secrets are encrypted as those of the network's stack.
 *
 * @returns the new stacks.
 */
export async function createRegionStacks(
  network: Stack,
  regions: readonly string[],
  command: EngineCommand,
): Promise<RegionStack[]> {
  const { secretsprovider, encryptionsalt } = readStackFile(network.name);
  const provider = secretsprovider ?? (encryptionsalt === undefined ? undefined : "passphrase");
  return pMap(
    regions,
    async (region) => {
      const name = shardStackName({ parent: network.name, region });
      const { workDir, envVars } = network.workspace;
      const encryption = provider === undefined ? [] : ["--secrets-provider", provider];
      await command.run(["stack", "init", name, "--no-select", ...encryption], workDir, envVars);
      return { region, stack: await openRegionStack(name, network), isConfigured: true };
    },
    { concurrency: CPU_BOUND },
  );
}

/** Removes stacks of regions that have no resources, with their files. */
export async function removeRegionStacks(
  { workspace }: Stack,
  stacks: readonly Pick<Stack, "name">[],
  command: EngineCommand,
): Promise<void> {
  const { workDir, envVars } = workspace;
  await pMap(stacks, ({ name }) => command.run(["stack", "rm", name, "--yes"], workDir, envVars), {
    concurrency: CPU_BOUND,
  });
}
