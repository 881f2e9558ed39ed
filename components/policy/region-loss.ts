import { crashTolerance, quorum } from "../besu/quorum";
import { DYNAMIC_TYPE_PREFIX } from "../engine/dynamic-type";
import type { PolicyResource, Problem, ResourceRule } from "./rule";
import { fields, list } from "./values";

/** A chain stops with a region that has more validators than may be down. */
export const regionLoss: ResourceRule = {
  code: "POLICY_REGION_LOSS",
  description: "The chain still makes blocks when all validators of any one location are down.",
  ofResource: (resource) => (resource.type === CHAIN ? ofChain(resource) : []),
};

const CHAIN = `${DYNAMIC_TYPE_PREFIX}Chain`;

function ofChain({ properties }: PolicyResource): Problem[] {
  const total = list(properties.validators).length;
  const bearable = crashTolerance(total);
  return locations(fields(fields(properties.placement).regions))
    .filter(({ validators }) => validators > bearable)
    .map(({ regions, validators }) => ({
      problem: `has ${validators} of its ${total} validators in ${regions.join(" and ")}${regions.length === 1 ? "" : ", which are one location"}; a block needs ${quorum(total)}, so the chain bears the loss of ${bearable} and stops without the location`,
      next: `Spread the validators over more locations (chainfleet:regions, the key validators of each region), so that none has more than ${bearable} of ${total}.`,
    }));
}

interface Location {
  readonly regions: string[];
  validators: number;
}

/** The regions of one location of a cloud fail together. An existing cluster is a location of its own. */
function locations(regions: Readonly<Record<string, unknown>>): Location[] {
  const found = new Map<string, Location>();
  for (const [name, placement] of Object.entries(regions)) {
    const { fixed, validators } = fields(placement);
    const { cloud, location } = fields(fixed);
    const key = location === undefined ? `region ${name}` : `${String(cloud)} ${String(location)}`;
    const known = found.get(key) ?? { regions: [], validators: 0 };
    known.regions.push(name);
    known.validators += Number(validators);
    found.set(key, known);
  }
  return [...found.values()];
}
