import type { StateResource } from "../engine/state";
import { groupOf } from "../run/resource-names";
import type { ConfiguredRegion } from "../run/summary";
import { tableOf } from "../terminal/table";
import type { Difference } from "./differences";

/** The result of `chainfleet verify`. */
export interface Verification {
  readonly stack: string;
  readonly result: "equal" | "different";
  readonly regions: readonly PartVerification[];
  /** What belongs to no region, for example the genesis; absent if only some regions were verified. */
  readonly shared?: Omit<PartVerification, "cloud">;
}

/** The part of a verification that concerns one region. */
export interface PartVerification {
  readonly name: string;
  readonly cloud: string;
  /** Number of resources in the state. */
  readonly resources: number;
  readonly differences: readonly Difference[];
}

/** The facts from which a verification is computed. */
export interface VerificationFacts {
  readonly stack: string;
  /** The names of the regions to verify; undefined for all regions and what they share. */
  readonly selected: readonly string[] | undefined;
  readonly configured: readonly Pick<ConfiguredRegion, "name" | "cloud">[];
  /** The resources in the state. */
  readonly resources: readonly Pick<StateResource, "urn" | "type" | "custom">[];
  readonly differences: readonly Difference[];
}

/** Sorts resources and differences by region. Pure. */
export function verificationOf(facts: VerificationFacts): Verification {
  const { stack, selected, configured, resources, differences } = facts;
  const names = configured.map(({ name }) => name);
  const counted = resources.filter(
    ({ type, custom }) => custom === true && !type.startsWith("pulumi:providers:"),
  );
  const part = (region: string | undefined) => ({
    resources: counted.filter(({ urn }) => groupOf(urn, names) === region).length,
    differences: differences.filter((difference) => regionOf(difference, names) === region),
  });
  const regions = configured
    .filter(({ name }) => selected?.includes(name) ?? true)
    .map(({ name, cloud }) => ({ name, cloud, ...part(name) }));
  const shared = selected === undefined ? { name: SHARED, ...part(undefined) } : undefined;
  const found = [...regions, ...(shared === undefined ? [] : [shared])].some(
    (verified) => verified.differences.length > 0,
  );
  return {
    stack,
    result: found ? "different" : "equal",
    regions,
    ...(shared === undefined ? {} : { shared }),
  };
}

/** The name of what belongs to no region. */
const SHARED = "(shared)";

/** The region of a resource without a URN is in its name in the cloud: `<kind> <network>-<region>-<part>`. */
function regionOf({ kind, id, name }: Difference, regions: readonly string[]): string | undefined {
  if (kind !== "not in the state") {
    return groupOf(id, regions);
  }
  return regions
    .filter((region) => `${name}-`.includes(`-${region}-`))
    .sort((one, other) => other.length - one.length)[0];
}

/** The report that is printed after a verification: a table of the regions, and every difference. */
export function verificationReport({ regions, shared, result }: Verification): string {
  const parts = [...regions, ...(shared === undefined ? [] : [{ ...shared, cloud: "" }])];
  const table = tableOf(
    ["region", "cloud", { numbers: "resources" }, { numbers: "differences" }],
    parts.map(({ name, cloud, resources, differences }) => [name, cloud, resources, differences.length]),
  );
  const found = parts.flatMap(({ name, differences }) =>
    differences.map((difference) => `${name}: ${describe(difference)}`),
  );
  const verdict =
    result === "equal"
      ? "The config, the state and the clouds agree."
      : "The config, the state and the clouds do not agree. chainfleet up creates what is missing, takes back what was changed, and deletes what the config does not describe; delete what is not in the state by hand.";
  return [table, ...found, verdict].join("\n");
}

function describe({ name, kind, properties }: Difference): string {
  return `${name} is ${kind}${properties.length === 0 ? "" : `: ${properties.join(", ")}`}`;
}
