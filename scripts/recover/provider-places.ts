import type { StateResource } from "../engine/state";
import type { AwsPlace } from "./lookup";

/** Where the resources of the providers in a state are. */
export interface ProviderPlaces {
  /** The places of all AWS providers, each once. */
  readonly awsPlaces: readonly AwsPlace[];
  /** The place of an AWS resource, one of `awsPlaces`; undefined if its provider is not in the state. */
  awsPlaceOf(resource: Pick<StateResource, "provider">): AwsPlace | undefined;
  /** The subscription that the provider of an Azure resource names; undefined if it names none. */
  azureSubscriptionOf(resource: Pick<StateResource, "provider">): string | undefined;
}

/** Reads the places from the inputs of the providers. Pure. */
export function providerPlaces(resources: readonly StateResource[]): ProviderPlaces {
  const places = new Map<string, AwsPlace>();
  const placeOfProvider = new Map<string, AwsPlace>();
  const subscriptionOfProvider = new Map<string, string>();
  for (const { urn, id, type, inputs = {} } of resources) {
    const provider = `${urn}::${id}`;
    const [region, profile, subscription] = [inputs.region, inputs.profile, inputs.subscriptionId].map(
      textOf,
    );
    if (type === "pulumi:providers:aws" && region !== undefined) {
      const key = `${region} ${profile ?? ""}`;
      places.set(key, places.get(key) ?? { region, profile });
      placeOfProvider.set(provider, places.get(key) as AwsPlace);
    }
    if (type === "pulumi:providers:azure-native" && subscription !== undefined) {
      subscriptionOfProvider.set(provider, subscription);
    }
  }
  return {
    awsPlaces: [...places.values()],
    awsPlaceOf: ({ provider = "" }) => placeOfProvider.get(provider),
    azureSubscriptionOf: ({ provider = "" }) => subscriptionOfProvider.get(provider),
  };
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
