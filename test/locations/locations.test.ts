import { afterAll, describe, it } from "vitest";
import { locations } from "../../components/region/locations";
import { Checkout } from "../support/checkout";
import { deployAndDestroy } from "../support/location-networks";

/**
 * Every location that the config accepts, one by one. Not a part of `make test`:
 *
 *     local/run --tools-only npx vitest run --project locations
 *     local/run --tools-only npx vitest run --project locations -t aws
 */
describe.each(["aws", "azure"] as const)("a network on %s", (cloud) => {
  const checkout = new Checkout(0, 13);
  afterAll(() => checkout.close());

  it.each(locations(cloud).map(({ name }) => name))("in %s", (location) =>
    deployAndDestroy(checkout, [{ cloud, location, validators: 4, rpcNodes: 1 }]),
  );
});
