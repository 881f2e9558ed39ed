import type { PropertyMap } from "../../plugin/values";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Identification, Identity, Kind, Reference } from "../engine/resources/kind";
import { stringAt } from "../engine/resources/properties";
import { uuid } from "../engine/resources/random";
import type { Resource } from "../engine/resources/store";
import { hasZones, isLocation, locationNames, normalized } from "./locations";

/** A kind of Azure resource. */
export interface ArmKind extends Kind {
  /** The resource type in Resource Manager: `Microsoft.Network/virtualNetworks`. */
  readonly armType: string;
  /** The API version that this version of the official plugin uses by default; an input and an output of every resource. */
  readonly apiVersion: string;
  /**
   * The provisioning state of a resource that is being created: `Creating` for AKS, but `Updating` for network
   * resources. Absent for kinds without the output `provisioningState`.
   */
  readonly provisioning?: { readonly creating: string };
  /** Name of the output that holds the entity tag; absent for kinds without an entity tag. */
  readonly etag?: string;
  /**
   * Lists of sub-resources that can also be resources of their own. The official plugin leaves a list that the program
   * does not set as the service has it, and does not take the list into the inputs of a read.
   */
  readonly subResources?: readonly string[];
}

/** The rule for a resource name; lengths are in characters. */
export type NameRule = { readonly minimum: number; readonly maximum: number; readonly pattern: RegExp };

/** The names of an ARM resource type's operations in statistics, rate limits and errors. */
export function operations(armType: string): Kind["operations"] {
  return {
    create: `PUT ${armType}`,
    read: `GET ${armType}`,
    update: `PUT ${armType}`,
    delete: `DELETE ${armType}`,
  };
}

/** The key of an ARM id. ARM compares ids without regard to case. */
export function keyOf(id: string): string {
  return id.toLowerCase();
}

/** The key of the resource of which the given resource is a part: the cluster of a pool, the network of a subnet. */
export function parentKeyOf(id: string): string {
  return keyOf(parentIdOf(id));
}

/** A child's id is the parent's id followed by a type and a name. */
export function parentIdOf(id: string): string {
  return id.split("/").slice(0, -2).join("/");
}

export function groupId(scope: { readonly account: string }, name: string): string {
  return `/subscriptions/${scope.account}/resourceGroups/${name}`;
}

/** The id of a resource in a resource group: `armId(scope, inputs, "Microsoft.Network/virtualNetworks", "vnet")`. */
export function armId(
  scope: { readonly account: string },
  inputs: PropertyMap,
  armType: string,
  ...names: readonly string[]
): string {
  const [provider = "", ...types] = armType.split("/");
  const path = types.map((type, i) => `/${type}/${names[i] ?? ""}`).join("");
  return `${groupId(scope, text(inputs, "resourceGroupName"))}/providers/${provider}${path}`;
}

export function identity(id: string, location: string): Identity {
  return { id, key: keyOf(id), name: id.split("/").at(-1) ?? id, location: normalized(location) };
}

/** `Kind.identify` for kinds that belong to a resource group and have a location of their own. */
export function identifyInGroup(armType: string, nameProperty: string): Kind["identify"] {
  return ({ inputs, scope }: Identification) =>
    identity(armId(scope, inputs, armType, text(inputs, nameProperty)), text(inputs, "location"));
}

/** The string at a dotted path; empty if the path has no string. */
export function text(inputs: PropertyMap, path: string): string {
  return stringAt(inputs, path) ?? "";
}

/** The resource group, which must exist and whose deletion deletes every resource in it. */
export function groupReference({ inputs, scope }: Draft): Reference {
  const name = text(inputs, "resourceGroupName");
  return {
    key: keyOf(groupId(scope, name)),
    missing: new CloudError(404, "ResourceGroupNotFound", `Resource group '${name}' could not be found.`),
  };
}

/** The resource of which a child resource is a part. */
export function parentReference({ id }: Draft, armType: string): Reference {
  const parent = parentIdOf(id);
  return {
    key: keyOf(parent),
    missing: new CloudError(
      404,
      "ParentResourceNotFound",
      `Failed to perform 'write' on resource(s) of type '${armType.split("/").slice(1).join("/")}', because the ` +
        `parent resource '${parent}' could not be found.`,
    ),
  };
}

/**
 * A resource that the inputs name by its id and that must exist.
 * @param from id of the resource with these inputs
 */
export function referenceTo(id: string, from: string): Reference {
  return {
    key: keyOf(id),
    missing: new CloudError(
      400,
      "InvalidResourceReference",
      `Resource ${id} referenced by resource ${from} was not found. Please make sure that the referenced ` +
        "resource exists, and that both resources are in the same region.",
    ),
  };
}

/** Checks a name as the API does: https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules */
export function* nameFindings(name: string, id: string, rule: NameRule): Generator<CloudError> {
  if (name.length < rule.minimum || name.length > rule.maximum || !rule.pattern.test(name)) {
    yield new CloudError(
      400,
      "InvalidResourceName",
      `Resource name ${name} is invalid. The name can be ${rule.minimum} to ${rule.maximum} characters long and ` +
        `has to match ${rule.pattern.source}. (${id})`,
    );
  }
}

export function* locationFindings({ inputs, previous, name }: Draft, armType: string): Generator<CloudError> {
  const location = text(inputs, "location");
  if (!isLocation(location)) {
    yield new CloudError(
      400,
      "LocationNotAvailableForResourceType",
      `The provided location '${location}' is not available for resource type '${armType}'. List of available ` +
        `regions for the resource type is '${locationNames.join(",")}'.`,
    );
  } else if (previous !== undefined && normalized(location) !== previous.location) {
    yield new CloudError(
      409,
      "InvalidResourceLocation",
      `The resource '${name}' already exists in location '${previous.location}'. A resource with the same name ` +
        `cannot be created in location '${location}'. Please select a new resource name.`,
    );
  }
}

export function* zoneFindings(zones: readonly string[], location: string, id: string): Generator<CloudError> {
  if (zones.length > 0 && !hasZones(location)) {
    yield new CloudError(
      400,
      "AvailabilityZoneNotSupported",
      `The zone(s) '${zones.join(",")}' for resource '${id}' is not supported. The location '${location}' has no ` +
        "availability zones.",
    );
  }
  const invalid = zones.filter((zone) => !["1", "2", "3"].includes(zone));
  if (invalid.length > 0) {
    yield new CloudError(
      400,
      "InvalidAvailabilityZone",
      `The zone(s) '${invalid.join(",")}' for resource '${id}' is not valid; zones are '1', '2' and '3'.`,
    );
  }
}

/** Checks a name as the official plugin's `check` does: with the lengths and the pattern in the API's specification. */
export function* nameFailures(
  inputs: PropertyMap,
  property: string,
  rule: NameRule,
): Generator<{ property: string; reason: string }> {
  const value = stringAt(inputs, property);
  if (value === undefined) {
    return;
  }
  if (value.length < rule.minimum) {
    const reason = `'${property}' is too short (${value.length}): at least ${rule.minimum} characters required`;
    yield { property, reason };
  }
  if (value.length > rule.maximum) {
    const reason = `'${property}' is too long (${value.length}): at most ${rule.maximum} characters allowed`;
    yield { property, reason };
  }
  if (!rule.pattern.test(value)) {
    yield { property, reason: `'${property}' does not match expression '${rule.pattern.source}'` };
  }
}

/** ARM's weak entity tag, which changes with each write. */
export function etagOf(resource: Resource): string {
  return `W/"${uuid(resource.key, resource.operation.since)}"`;
}
