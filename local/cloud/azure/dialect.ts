import { isDeepStrictEqual } from "node:util";
import type { PropertyMap, PropertyValue } from "../../plugin/values";
import type { Dialect, FinishedRead, Verb } from "../engine/cloud/dialect";
import type { Limit } from "../engine/conditions/buckets";
import { CloudError } from "../engine/resources/errors";
import type { Kind, Scope } from "../engine/resources/kind";
import {
  isGiven,
  isObject,
  stringAt,
  without,
  withoutNulls,
  withoutPath,
} from "../engine/resources/properties";
import { uuid } from "../engine/resources/random";
import { nodePools } from "./aks/nodepools";
import { type ArmKind, etagOf, groupId, keyOf } from "./arm";
import { invokes } from "./invokes";
import { kinds } from "./kinds";

/**
 * The behaviour of Azure and of its official plugin, azure-native: see provider.go, crud.go and client_azcore.go in
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
    // The plugin takes the location from the old inputs, else from the configuration, else from the resource group.
    const group = inputs.resourceGroupName;
    const location =
      olds.location ??
      (scope.region === "" ? undefined : scope.region) ??
      (typeof group === "string" ? view.find(keyOf(groupId(scope, group)))?.location : group);
    return location === undefined ? versioned : { ...versioned, location };
  },

  locate: (_, id) => ({ key: keyOf(id), id }),
  nodePools,
  importedId: (_, id) => id,
  inputsAfterRead,
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
  inUse: (resource, users) =>
    new CloudError(
      400,
      "ResourceInUse",
      `Resource ${resource.id} is in use by ${users.map(({ id }) => id).join(", ")} and cannot be deleted.`,
    ),
  outputs: (kind, resource, view) => {
    const arm = kind as ArmKind;
    const markers = Object.keys(resource.inputs).filter((key) => key.startsWith("__"));
    const state = view.state(resource);
    return withoutNulls({
      ...without(resource.inputs, [...markers, ...(kind.pathParameters ?? [])]),
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
 * The inputs that azure-native's `Read` returns (provider/pkg/provider/provider.go). In an import, they are all outputs
 * that can be inputs. Otherwise the plugin assumes that an output which differs from the state's output was changed by
 * somebody, and takes the output into the inputs. A state without outputs therefore gets every default of the service.
 */
function inputsAfterRead(
  kind: Kind,
  { resource, oldInputs, oldOutputs, outputs }: FinishedRead,
): PropertyMap {
  const arm = kind as ArmKind;
  const before = inputProjection(arm, oldOutputs);
  // A list of sub-resources that the program does not set is left out.
  const omitted = (arm.subResources ?? []).filter((property) => !isGiven(oldInputs, property));
  const after = inputProjection(arm, without(outputs, omitted));
  if (Object.keys(oldInputs).length === 0) {
    const fromId = (kind.pathParameters ?? []).map((name) => [name, resource.inputs[name] ?? null] as const);
    return withoutNulls({ ...Object.fromEntries(fromId), ...after });
  }
  const changed = Object.entries(after).filter(([key, value]) => !isDeepStrictEqual(before[key], value));
  const deleted = Object.keys(before).filter((key) => !(key in after));
  return { ...without(oldInputs, deleted), ...Object.fromEntries(changed) };
}

/** The outputs that can be inputs: all but those that the service alone sets. */
function inputProjection({ unknown, etag = "" }: ArmKind, outputs: PropertyMap): PropertyMap {
  const readOnly = [...unknown, "id", "name", "type", "azureApiVersion", etag];
  return withoutMembers(readOnly.reduce(withoutPath, outputs), ["etag", "provisioningState", "systemData"]);
}

/** A copy without the named members at any depth. */
function withoutMembers(map: PropertyMap, names: readonly string[]): PropertyMap {
  const inside = (value: PropertyValue): PropertyValue =>
    Array.isArray(value) ? value.map(inside) : isObject(value) ? withoutMembers(value, names) : value;
  return Object.fromEntries(
    Object.entries(without(map, names)).map(([key, value]) => [key, inside(value)] as const),
  );
}

/**
 * Token buckets for each subscription, principal, region and kind of operation:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 * AKS has additional limits: https://learn.microsoft.com/azure/aks/quotas-skus-regions#throttling-limits-on-aks-resource-provider-apis
 * That page applies the AKS limits to each cluster or pool, but the service's answers apply them to the subscription
 * (https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/throttled-error). The simulation
 * applies them to the subscription, which is stricter.
 */
function limits(kind: ArmKind, verb: Verb, scope: Scope, location: string): Limit[] {
  const caller = `${scope.account}/${scope.principal}/${location}`;
  const arm = (key: string, capacity: number, refillPerSecond: number): Limit => ({
    key: `arm/${key}/${caller}`,
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
 * The retries of azcore with the plugin's settings: three retries, after the seconds in `Retry-After` or else after
 * 20, 60 and 120 s multiplied by a random factor from 0.8 to 1.3. azcore retries the status codes below and 409
 * AnotherOperationInProgress.
 * https://github.com/Azure/azure-sdk-for-go/blob/main/sdk/azcore/runtime/policy_retry.go
 */
function retryDelay(error: CloudError, attempt: number, _waited: number, draw: number): number | undefined {
  const isRetryable =
    [408, 429, 500, 502, 503, 504].includes(error.status) ||
    (error.status === 409 && error.code === "AnotherOperationInProgress");
  if (!isRetryable || attempt > 3) {
    return undefined;
  }
  return error.retryAfterSeconds ?? Math.min(120, (2 ** attempt - 1) * 20 * (0.8 + 0.5 * draw));
}
