import { describe, expect, it } from "vitest";
import { providerPlaces } from "./provider-places";

const provider = (name: string, cloud: string, inputs: Record<string, string>) => ({
  urn: `urn:pulumi:dev::chainfleet::pulumi:providers:${cloud}::${name}`,
  id: `id-${name}`,
  type: `pulumi:providers:${cloud}`,
  inputs,
});
const of = ({ urn, id }: { readonly urn: string; readonly id: string }) => ({ provider: `${urn}::${id}` });

const west = provider("us-west-2-aws", "aws", { region: "us-west-2" });
const east = provider("us-east-1-aws", "aws", { region: "us-east-1", profile: "second" });
const twin = provider("us-east-1-b-aws", "aws", { region: "us-east-1", profile: "second" });
const shared = provider("default", "azure-native", { subscriptionId: "a" });
const own = provider("eastus-azure", "azure-native", { subscriptionId: "b" });
const nowhere = provider("other", "azure-native", {});

describe("the places of the providers in a state", () => {
  const places = providerPlaces([west, east, twin, shared, own, nowhere]);

  it("are the locations of AWS with their profiles, each once", () => {
    expect(places.awsPlaces).toEqual([
      { region: "us-west-2", profile: undefined },
      { region: "us-east-1", profile: "second" },
    ]);
    expect(places.awsPlaceOf(of(twin))).toBe(places.awsPlaceOf(of(east)));
    expect(places.awsPlaceOf({ provider: "urn::missing" })).toBeUndefined();
  });

  it("are the subscriptions of Azure that the providers name", () => {
    expect([shared, own, nowhere].map((one) => places.azureSubscriptionOf(of(one)))).toEqual([
      "a",
      "b",
      undefined,
    ]);
  });
});
