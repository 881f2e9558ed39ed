import { writtenConfig } from "../engine/project";
import type { RegionName } from "./summary";

/**
 * The regions that a stack's config names, for progress and summaries. It reads leniently: judging the config
 * is the program's business.
 *
 * @throws ChainfleetError when its file is not there or no YAML.
 */
export function configuredRegions(stackName: string): RegionName[] {
  const regions = writtenConfig(stackName)["chainfleet:regions"];
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
  const contracts = writtenConfig(stackName)["chainfleet:contracts"] as { chains?: object } | undefined;
  return Object.keys(contracts?.chains ?? {});
}
