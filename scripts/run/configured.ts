import { chainNames, outlineRegions } from "../../stacks/config/outline";
import { writtenConfig } from "../engine/project";
import type { ConfiguredRegion } from "./summary";

/**
 * The regions that a stack's config names, for progress and summaries. A region without a name is left out, and no
 * value is refused: the Pulumi program checks the config.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredRegions(stackName: string): ConfiguredRegion[] {
  return outlineRegions(writtenConfig(stackName)["chainfleet:regions"]).flatMap(
    ({ name, cloud = "unknown", validators = 0 }) =>
      name === undefined ? [] : [{ name, cloud, validators }],
  );
}

/**
 * The names of the chains whose contracts a stack's config describes, for progress.
 *
 * @throws ChainfleetError if the config file is missing or is not YAML.
 */
export function configuredChains(stackName: string): string[] {
  return chainNames(writtenConfig(stackName)["chainfleet:contracts"]);
}
