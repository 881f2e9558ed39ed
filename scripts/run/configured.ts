import { chainNames, fieldsOf, outlineRegions, releasedRegions } from "../../stacks/config/outline";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { writtenConfig } from "../../stacks/config/written/written-config";
import { isSimulated } from "../engine/local-target";
import type { Preparation } from "../engine/program/preload";
import { type Place, simulated } from "./durations/learned-durations";
import { groupOf } from "./resource-names";
import type { ConfiguredRegion } from "./summary";

/**
 * The regions that a stack's config names, for progress and summaries: those of the network, and those of the groups of a
 * release. The stack of a single region has that region. A region without a name is left out, and no value is refused: the Pulumi program checks the config.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredRegions(stackName: string): ConfiguredRegion[] {
  const shard = shardNameOf(stackName);
  if (shard !== undefined) {
    return configuredRegions(shard.parent).filter(({ name }) => name === shard.region);
  }
  const config = writtenConfig(stackName);
  const regions = outlineRegions(config["chainfleet:regions"]).flatMap(
    ({ name, cloud = "unknown", validators = 0 }) =>
      name === undefined ? [] : [{ name, cloud, validators }],
  );
  const released = releasedRegions(config["chainfleet:rolling"])
    .filter((name) => regions.every((region) => region.name !== name))
    .map((name) => ({ name, cloud: "aws", validators: 0 }));
  return [...regions, ...released];
}

/**
 * The peers that the nodes of each region may lack, as a stack's config says it. No value is refused: the Pulumi program checks
 * the config.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredMissingPeers(stackName: string): Readonly<Record<string, number>> {
  const config = writtenConfig(shardNameOf(stackName)?.parent ?? stackName);
  const { missingPeers } = fieldsOf(config["chainfleet:healthGate"]);
  return Object.fromEntries(
    Object.entries(fieldsOf(missingPeers)).filter(
      (entry): entry is [string, number] => typeof entry[1] === "number",
    ),
  );
}

const STACK_KEY = "chainfleet:stack";

/**
 * The parts of a run of the program that take time to prepare, as a stack's config says it.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredParts(stackName: string): readonly Preparation[] {
  const config = writtenConfig(shardNameOf(stackName)?.parent ?? stackName);
  const { [STACK_KEY]: kind = "network" } = config;
  return [
    ...(kind === "contracts" || kind === "full" ? (["contracts"] as const) : []),
    ...(kind === "network" || kind === "full" ? (["network"] as const) : []),
  ];
}

/**
 * Whether a stack's config describes a release to Auto Scaling Groups.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function releasesToGroups(stackName: string): boolean {
  return writtenConfig(stackName)["chainfleet:rolling"] !== undefined;
}

/** The regions and chains of a stack, and where the operations on their resources take place. */
export interface ConfiguredGroups {
  /** The names of the regions, then those of the chains. */
  readonly names: readonly string[];
  /** The place of a region, a chain, or everything else. */
  readonly placeOf: (urn: string) => Place;
  /** The place of everything in a region or on a chain. */
  readonly placeOfGroup: (name: string) => Place;
}

/**
 * The regions and chains of a stack, for the learning of durations and the pictures of runs.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredGroups(stackName: string): ConfiguredGroups {
  const shard = shardNameOf(stackName);
  if (shard !== undefined) {
    return { ...configuredGroups(shard.parent), names: [shard.region] };
  }
  const config = writtenConfig(stackName);
  const places = new Map<string, Place>([
    ...releasedRegions(config["chainfleet:rolling"]).map(
      (name) => [name, { cloud: "aws", location: name }] as const,
    ),
    ...outlineRegions(config["chainfleet:regions"]).flatMap(({ name, cloud = "unknown", location = "" }) =>
      name === undefined ? [] : [[name, { cloud, location }] as const],
    ),
    ...chainNames(config["chainfleet:contracts"]).map(
      (name) => [name, { cloud: "chain", location: name }] as const,
    ),
  ]);
  const names = [...places.keys()];
  // With the local target nothing happens on a cloud.
  const real = !isSimulated();
  const placeOfGroup = (name: string) => {
    const place = places.get(name) ?? { cloud: "global", location: "" };
    return real ? place : simulated(place);
  };
  return { names, placeOfGroup, placeOf: (urn) => placeOfGroup(groupOf(urn, names) ?? "") };
}
