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
  const text = readFileSync(join(ROOT, `Pulumi.${stackName}.yaml`), "utf8");
  const file = (parse(text) ?? {}) as { config?: Record<string, unknown> };
  const regions = file.config?.["chainfleet:regions"];
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
