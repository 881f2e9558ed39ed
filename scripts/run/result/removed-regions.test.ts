import { expect, it } from "vitest";
import { removedRegions } from "./removed-regions";

const resource = (type: string, name: string) => ({
  type,
  urn: `urn:pulumi:dev::chainfleet::${type}::${name}`,
});

it("finds the regions of a state that the config no longer has, with their clouds and validators", () => {
  const resources = [
    resource("chainfleet:region:AzureRegion", "eastus"),
    resource("chainfleet:region:AzureRegion", "eastus-2"),
    resource("chainfleet:region:AwsRegion", "us-west-2"),
    resource("kubernetes:apps/v1:StatefulSet", "eastus-validator-0"),
    resource("kubernetes:apps/v1:StatefulSet", "eastus-2-validator-0"),
    resource("kubernetes:apps/v1:StatefulSet", "eastus-2-validator-1"),
    resource("kubernetes:apps/v1:StatefulSet", "eastus-2-rpc"),
  ];
  expect(removedRegions(resources, ["eastus"])).toEqual([
    { name: "eastus-2", cloud: "azure", validators: 2, removed: true },
    { name: "us-west-2", cloud: "aws", validators: 0, removed: true },
  ]);
  expect(removedRegions(resources, ["eastus", "eastus-2", "us-west-2"])).toEqual([]);
});
