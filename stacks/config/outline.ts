import { DEFAULT_KUBERNETES_VERSION } from "../../components/cluster/versions";
import { DEFAULT_RPC_NODES, DEFAULT_VALIDATORS, locationOf } from "./fields/region";

/**
 * A region as far as it can be read from a config that has not been checked. An absent value is the schema's default;
 * a value that the schema refuses for its type or sign is undefined.
 */
export interface RegionOutline {
  readonly name: string | undefined;
  readonly cloud: string | undefined;
  readonly location: string | undefined;
  /** Whether the location is in the config; otherwise it is the region's name. */
  readonly hasLocation: boolean;
  readonly cidr: string | undefined;
  readonly kubernetesVersion: string | undefined;
  readonly validators: number | undefined;
  readonly rpcNodes: number | undefined;
  readonly p2pAddresses: readonly unknown[] | undefined;
  /** Where the region says that its keys are kept, unchecked. */
  readonly keyStore: unknown;
}

/** Outlines the regions of an unchecked config, in their order. Anything that is no list has no regions. */
export function outlineRegions(regions: unknown): RegionOutline[] {
  return Array.isArray(regions) ? regions.map(outlineRegion) : [];
}

function outlineRegion(value: unknown): RegionOutline {
  const region = fieldsOf(value);
  const name = textOf(region.name);
  return {
    name,
    cloud: textOf(region.cloud),
    location: locationOf(name, textOf(region.location)),
    hasLocation: region.location !== undefined,
    cidr: textOf(region.cidr),
    kubernetesVersion: textOf(region.kubernetesVersion ?? DEFAULT_KUBERNETES_VERSION),
    validators: countOf(region.validators ?? DEFAULT_VALIDATORS),
    rpcNodes: countOf(region.rpcNodes ?? DEFAULT_RPC_NODES),
    p2pAddresses: Array.isArray(region.p2pAddresses) ? region.p2pAddresses : undefined,
    keyStore: region.keyStore,
  };
}

/** The locations of the groups in the `rolling` of an unchecked config, each once. */
export function releasedRegions(rolling: unknown): string[] {
  const { groups } = fieldsOf(rolling);
  const regions = (Array.isArray(groups) ? groups : []).map((group) => textOf(fieldsOf(group).region));
  return [...new Set(regions.filter((region) => region !== undefined))];
}

/** The names of the chains in the `contracts` of an unchecked config. */
export function chainNames(contracts: unknown): string[] {
  return Object.keys(fieldsOf(fieldsOf(contracts).chains));
}

/** The fields of an object in an unchecked config. Anything that is no object has none. */
export function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : {};
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : undefined;
}
