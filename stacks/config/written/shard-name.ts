import { existsSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../../components/root";
import { stackFile, writtenConfig } from "./written-config";

/** The stack of a single region of a network, as its name says. */
export interface ShardName {
  /** The stack of the network, whose config file describes the region. @example "prod" */
  readonly parent: string;
  /** @example "eastus" */
  readonly region: string;
}

/** The name of the stack of a region. @example "prod.eastus" */
export function shardStackName({ parent, region }: ShardName): string {
  return `${parent}.${region}`;
}

/**
 * The region that a stack is for. Undefined for a stack that is not the stack of a single region: what precedes the last
 * dot of its name is no stack, or a stack whose config does not say `sharding: region`.
 *
 * @throws ChainfleetError if the config file of the network's stack cannot be read or is not YAML.
 */
export function shardNameOf(stackName: string): ShardName | undefined {
  // The plain name is checked by whatever reads the stack's file.
  const dot = stackName.lastIndexOf(".");
  const name = { parent: stackName.slice(0, dot), region: stackName.slice(dot + 1) };
  const isShard = dot > 0 && existsSync(join(PROJECT_ROOT, stackFile(name.parent))) && isSharded(name.parent);
  return isShard ? name : undefined;
}

/**
 * Whether a stack's config says that each region has a stack of its own.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function isSharded(stackName: string): boolean {
  return writtenConfig(stackName)["chainfleet:sharding"] === "region";
}
