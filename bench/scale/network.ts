import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import type { Checkout } from "../../test/support/checkout";

/** A region in the config of a benchmarked network. */
export interface NetworkRegion {
  readonly cloud: "azure";
  readonly name: string;
  readonly location: string;
  readonly cidr?: string;
  readonly validators?: number;
  readonly rpcNodes?: number;
}

/**
 * The regions of a network of any size: those of `Pulumi.azure-24.yaml`, and then the same locations again, under other
 * names and with address spaces of their own. Azure's locations have the second bytes 0 to 97 of 10.0.0.0/8.
 *
 * @param count at most 120, because a region has a /16 of 10.0.0.0/8.
 */
export function regionsOf(count: number): NetworkRegion[] {
  const { config } = parse(readFileSync(join(PROJECT_ROOT, "Pulumi.azure-24.yaml"), "utf8")) as {
    config: { "chainfleet:regions": readonly { readonly name: string }[] };
  };
  const locations = config["chainfleet:regions"].map(({ name }) => name);
  return Array.from({ length: count }, (_, index) => {
    const location = locations[index % locations.length] as string;
    const round = Math.floor(index / locations.length) + 1;
    return round === 1
      ? { cloud: "azure", name: location, location }
      : { cloud: "azure", name: `${location}-${round}`, location, cidr: `10.${110 + index}.0.0/16` };
  });
}

/** Regions with one validator each that share one location, and so its rate limits. @param count at most 120 */
export function regionsInOneLocation(count: number): NetworkRegion[] {
  return Array.from({ length: count }, (_, index) => ({
    cloud: "azure",
    name: `part-${index}`,
    location: "westeurope",
    cidr: `10.${100 + index}.0.0/16`,
    validators: 1,
    rpcNodes: 0,
  }));
}

/** Makes the dev stack a network of Azure regions, by default with 2 validators and 1 RPC node each, without contracts. */
export function configureNetwork(checkout: Checkout, regions: readonly NetworkRegion[]): void {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:regions"], value: regions },
  );
}
