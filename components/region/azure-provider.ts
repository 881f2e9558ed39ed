import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { settingsOf } from "../engine/provider-settings";

/**
 * Creates the provider of a region in a subscription of its own. Everything else is as the stack's settings have it: who
 * signs in, and in which tenant.
 *
 * @param name of the region. @example "eastus"
 * @param subscriptionId a UUID.
 */
export function createAzureProvider(name: string, subscriptionId: string): Provider {
  const settings = settingsOf("azure-native", pulumi.runtime.allConfig());
  // The program does not learn which settings are secrets, so the state keeps all of them encrypted.
  const kept = Object.entries(settings).map(([key, value]) => [key, pulumi.secret(value)]);
  return new Provider(`${name}-azure`, { ...Object.fromEntries(kept), subscriptionId });
}
