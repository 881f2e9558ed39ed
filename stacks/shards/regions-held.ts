import * as pulumi from "@pulumi/pulumi";
import { ChainfleetError } from "../../components/error";
import { fieldsOf } from "../config/outline";
import type { RegionConfig } from "../config/schema";
import { heldRegions, shrunkRegions } from "./held-regions";
import { SHARD_OUTPUTS } from "./shard-inputs";
import { readOutputs, validatorsInStack } from "./stack-outputs";

/**
 * The regions of the network's stack in this run: those of the config, and what has left the config and still runs in the stack of its
 * region.
 *
 * @throws ChainfleetError `REGION_RECORD_MISSING` if a region has left the config of which the last run recorded nothing.
 */
export async function regionsHeld(configured: readonly RegionConfig[]): Promise<readonly RegionConfig[]> {
  const parent = pulumi.getStack();
  const outputs = (await readOutputs(parent)) ?? {};
  const before = regionsBefore(configured, outputs);
  const shrunk = shrunkRegions({ configured, before });
  const counts = await Promise.all(shrunk.map((region) => validatorsInStack({ parent, region })));
  const left = new Map(shrunk.map((region, index) => [region, counts[index]]));
  return heldRegions({ configured, before, inOwnStack: (region) => left.get(region) });
}

/** The regions of which the stack had something after its last run. Pure. */
export function regionsBefore(
  configured: readonly RegionConfig[],
  outputs: Readonly<Record<string, unknown>>,
): readonly RegionConfig[] {
  const recorded = outputs[SHARD_OUTPUTS.held];
  if (Array.isArray(recorded)) {
    return recorded as readonly RegionConfig[];
  }
  // Releases before this one recorded what the regions share, and not their configs.
  const shared = Object.entries(fieldsOf(outputs[SHARD_OUTPUTS.regions]));
  const unknown = shared.filter(([name]) => configured.every((region) => region.name !== name));
  if (unknown.length > 0) {
    const names = unknown.map(([name]) => name).join(", ");
    throw new ChainfleetError({
      code: "REGION_RECORD_MISSING",
      summary: `The config no longer has ${names}, and the stack was last run by a release that did not record what such a region needs until its validators are voted out. No resource was changed.`,
      next: `Put ${names} back into the config and run chainfleet up once, then remove it again.`,
    });
  }
  return configured.map((region) => {
    const { validators } = fieldsOf(fieldsOf(outputs[SHARD_OUTPUTS.regions])[region.name]);
    return { ...region, validators: Array.isArray(validators) ? validators.length : region.validators };
  });
}
