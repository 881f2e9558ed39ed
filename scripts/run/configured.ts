import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { ROOT } from "../engine/stack";
import type { RegionName } from "./summary";

/**
 * The regions that a stack's config names, for progress and summaries. It reads leniently: judging the config
 * is the program's business.
 */
export function configuredRegions(stackName: string): RegionName[] {
  const regions = configOf(stackName)["chainfleet:regions"];
  return Array.isArray(regions)
    ? regions.flatMap((region: Record<string, unknown> | null) =>
        typeof region?.name === "string"
          ? [
              {
                name: region.name,
                cloud: String(region.cloud),
                validators: typeof region.validators === "number" ? region.validators : 2,
              },
            ]
          : [],
      )
    : [];
}

/** The chains whose contracts a stack's config describes, as leniently. */
export function configuredChains(stackName: string): string[] {
  const contracts = configOf(stackName)["chainfleet:contracts"] as { chains?: object } | undefined;
  return Object.keys(contracts?.chains ?? {});
}

function configOf(stackName: string): Readonly<Record<string, unknown>> {
  const text = readFileSync(join(ROOT, `Pulumi.${stackName}.yaml`), "utf8");
  return ((parse(text) ?? {}) as { config?: Record<string, unknown> }).config ?? {};
}
