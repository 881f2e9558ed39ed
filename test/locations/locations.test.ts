import { afterAll, describe, it } from "vitest";
import { type LocatedCloud, locations } from "../../components/region/locations";
import { Checkout } from "../support/checkout";
import { deployAndDestroy } from "../support/location-networks";

/**
 * Every location that the config accepts, in networks of eight regions of one cloud. Not a part of `make test`:
 *
 *     local/run --tools-only npx vitest run --project locations test/locations/locations.test.ts
 *     local/run --tools-only npx vitest run --project locations test/locations/locations.test.ts -t aws
 */
describe.each(["aws", "azure"] as const)("networks on %s", (cloud) => {
  const checkout = new Checkout(0, 13);
  afterAll(() => checkout.close());

  it.each(networksOf(cloud))("in %s", (names) =>
    deployAndDestroy(
      checkout,
      names.split(", ").map((location) => ({ cloud, location, validators: 4, rpcNodes: 1 })),
    ),
  );
});

/** The locations of a cloud, eight in each text: runs of the engine for each single location would take an hour. */
function networksOf(cloud: LocatedCloud): string[] {
  const names = locations(cloud).map(({ name }) => name);
  return Array.from({ length: Math.ceil(names.length / 8) }, (_, index) =>
    names.slice(8 * index, 8 * (index + 1)).join(", "),
  );
}
