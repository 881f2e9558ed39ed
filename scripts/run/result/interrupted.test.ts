import { expect, it } from "vitest";
import { saysInterrupted } from "./interrupted";

it.each([
  ['Resource operation was cancelled for "eastus-validator-0"', true],
  ["PUT …/managedClusters/x: Future#WaitForCompletion: context canceled", true],
  [
    'error serializing property "clusterIdentifier": KUBECONFIG_UNREADABLE: The kubeconfig of the cluster x could not be read',
    true,
  ],
  ["invocation of azure-native:containerservice:getManagedCluster returned an error: EOF", true],
  ["net/http: request canceled (Client.Timeout exceeded while awaiting headers)", false],
  ["polling: context deadline exceeded; the operation was cancelled", false],
  ["the quota of eastus is used up", false],
])("%j tells of an interruption: %s", (error, expected) => {
  expect(saysInterrupted(error)).toBe(expected);
});
