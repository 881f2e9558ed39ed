import type { Limit } from "../engine/buckets";
import type { Dialect, Verb } from "../engine/dialect";
import { CloudError } from "../engine/errors";
import type { Scope } from "../engine/kind";
import { isGiven, stringAt, without, withoutNulls } from "../engine/properties";
import { uuid } from "../engine/random";
import { type ArmKind, etagOf, groupId, keyOf } from "./arm";
import { invokes } from "./invokes";
import { kinds } from "./kinds";

/**
 * azure-native as its plugin behaves: see provider.go, crud.go and client_azcore.go in
 * https://github.com/pulumi/pulumi-azure-native/tree/master/provider/pkg
 */
export const azure: Dialect = {
  cloud: "azure-native",
  version: "3.28.0",
  kinds,
  invokes,
  nameSeparator: "",
  randomDigits: 8,
  readsBeforeCreate: true,
  defaultTimeoutSeconds: 2 * 60 * 60,

  scope: (config) => ({
    account: stringAt(config, "subscriptionId") ?? uuid("local", "subscription"),
    tenant: stringAt(config, "tenantId") ?? uuid("local", "tenant"),
    principal: uuid("local", "principal", stringAt(config, "clientId") ?? ""),
    client: stringAt(config, "clientId") ?? uuid("local", "client"),
    region: stringAt(config, "location") ?? "",
    defaultTags: {},
  }),
  scopeOf: (scope) => scope,
  namedByPlugin: () => ({ __createBeforeDelete: true }),
  deletesBeforeReplace: (_, oldInputs) => oldInputs.__createBeforeDelete !== true,

  prepare: (kind, inputs, { scope, olds, view }) => {
    const arm = kind as ArmKind;
    const versioned = isGiven(inputs, "azureApiVersion")
      ? inputs
      : { ...inputs, azureApiVersion: arm.apiVersion };
    if (!kind.required.includes("location") || isGiven(versioned, "location")) {
      return versioned;
    }
    // The plugin's order: the old inputs, the configuration, the resource group's location.
    const group = inputs.resourceGroupName;
    const location =
      olds.location ??
      (scope.region === "" ? undefined : scope.region) ??
      (typeof group === "string" ? view.find(keyOf(groupId(scope, group)))?.location : group);
    return location === undefined ? versioned : { ...versioned, location };
  },

  locate: (_, id) => ({ key: keyOf(id), id }),
  limits: (kind, verb, scope, location) => limits(kind as ArmKind, verb, scope, location),
  throttled: (operation, retryAfterSeconds) =>
    new CloudError(
      429,
      "TooManyRequests",
      `The request limit of ${operation} has been exceeded, please retry again in ${retryAfterSeconds} seconds. ` +
        "For more information see https://aka.ms/arm-throttling",
      { retryAfterSeconds },
    ),
  retryDelay,
  explain: (error) => `Status=${error.status} Code="${error.code}" Message="${error.detail}"`,
  exists: (resource) => new Error(`cannot create already existing resource '${resource.id}'`),
  conflict: (holder, id) =>
    new CloudError(
      409,
      "AnotherOperationInProgress",
      `Another operation on this or dependent resource is in progress. (${id} has to wait for ${holder.id}.) ` +
        "To retrieve status of the operation use uri of the operation in progress.",
    ),
  inUse: (resource, by) =>
    new CloudError(
      400,
      "ResourceInUse",
      `Resource ${resource.id} is in use by ${by.map(({ id }) => id).join(", ")} and cannot be deleted.`,
    ),
  outputs: (kind, resource, view) => {
    const arm = kind as ArmKind;
    const notes = Object.keys(resource.inputs).filter((key) => key.startsWith("__"));
    const state = view.state(resource);
    return withoutNulls({
      ...without(resource.inputs, [...notes, ...(kind.pathParameters ?? [])]),
      ...resource.computed,
      name: resource.name,
      type: arm.armType,
      azureApiVersion: resource.inputs.azureApiVersion ?? arm.apiVersion,
      ...("location" in resource.inputs ? { location: resource.location } : {}),
      ...(arm.provisioning === undefined
        ? {}
        : { provisioningState: state === "Creating" ? arm.provisioning.creating : state }),
      ...(arm.etag === undefined ? {} : { [arm.etag]: etagOf(resource) }),
      ...kind.outputs?.(resource, view),
    });
  },
  previewUpdate: (outputs, olds) => ({
    ...outputs,
    ...Object.fromEntries(
      ["name", "location"].filter((key) => key in olds).map((key) => [key, olds[key] ?? null]),
    ),
  }),
};

/**
 * Token buckets per subscription, principal, region and kind of operation:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * AKS has its own on top: https://learn.microsoft.com/azure/aks/quotas-skus-regions#throttling-limits-on-aks-resource-provider-apis
 * (the page scopes them to one cluster or pool, the service's answers to the subscription, see
 * https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/throttled-error; the stricter holds here)
 */
function limits(kind: ArmKind, verb: Verb, scope: Scope, location: string): Limit[] {
  const who = `${scope.account}/${scope.principal}/${location}`;
  const arm = (key: string, capacity: number, refillPerSecond: number): Limit => ({
    key: `arm/${key}/${who}`,
    capacity,
    refillPerSecond,
  });
  switch (verb) {
    case "read":
      return [arm("reads", 250, 25)];
    case "delete":
      return [arm("deletes", 200, 10)];
    default: {
      const writes = arm("writes", 200, 10);
      return kind.armType.startsWith("Microsoft.ContainerService/")
        ? [
            writes,
            {
              key: `aks/${kind.armType}/${scope.account}/${location}`,
              capacity: 20,
              refillPerSecond: 1 / 60,
            },
          ]
        : [writes];
    }
  }
}

/**
 * azcore with the plugin's settings: three retries after 20, 60 and 120 s with jitter from 0.8 to 1.3, or
 * when Retry-After says; on the usual status codes and on 409 AnotherOperationInProgress.
 * https://github.com/Azure/azure-sdk-for-go/blob/main/sdk/azcore/runtime/policy_retry.go
 */
function retryDelay(error: CloudError, attempt: number, _waited: number, draw: number): number | undefined {
  const retries =
    [408, 429, 500, 502, 503, 504].includes(error.status) ||
    (error.status === 409 && error.code === "AnotherOperationInProgress");
  if (!retries || attempt > 3) {
    return undefined;
  }
  return error.retryAfterSeconds ?? Math.min(120, (2 ** attempt - 1) * 20 * (0.8 + 0.5 * draw));
}
