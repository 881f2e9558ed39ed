import { afterAll, describe, it } from "vitest";
import { Checkout } from "../support/checkout";
import { deployAndDestroy } from "../support/location-networks";

/**
 * A network in locations with few zones: AWS shows an account two zones of us-west-1, and one of the six zones of us-east-1
 * has no EKS. Azure's northcentralus has no zones. The test of every location is in test/locations.
 */
describe("a network in three locations of two clouds", () => {
  const checkout = new Checkout(0.002, 11);
  afterAll(() => checkout.close());

  it("is deployed, is not changed by a second run or a refresh, and is destroyed", () =>
    deployAndDestroy(checkout, [
      { cloud: "aws", location: "us-west-1", validators: 3, rpcNodes: 1 },
      { cloud: "aws", location: "us-east-1", validators: 4, rpcNodes: 1 },
      { cloud: "azure", location: "northcentralus", validators: 2, rpcNodes: 1 },
    ]));
});
