import type { PropertyMap } from "../../plugin/values";
import { contains, overlap, parseRange, prefixLength } from "../engine/addresses";
import { CloudError } from "../engine/errors";
import type { Draft, Reference, View } from "../engine/kind";
import { listAt, objectsAt, stringAt, stringsAt, without } from "../engine/properties";
import { uuid } from "../engine/random";
import type { Resource } from "../engine/store";
import {
  type ArmKind,
  armId,
  groupOf,
  identifyInGroup,
  identity,
  keyOf,
  locationFindings,
  nameFindings,
  operations,
  parentOf,
  referenceTo,
  text,
} from "./arm";
import { normalized } from "./locations";

const networks = "Microsoft.Network/virtualNetworks";
const subnets = `${networks}/subnets`;

export const virtualNetwork: ArmKind = {
  token: "azure-native:network:VirtualNetwork",
  armType: networks,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(networks),
  required: ["resourceGroupName", "location"],
  autoname: { property: "virtualNetworkName", style: "random", maximumLength: 64 },
  pathParameters: ["resourceGroupName", "virtualNetworkName", "id"],
  unknown: ["name", "type", "etag", "provisioningState", "resourceGuid"],
  immutable: ["resourceGroupName", "virtualNetworkName", "location"],
  same: (path, a, b) => path === "location" && normalized(a) === normalized(b),
  identify: identifyInGroup(networks, "virtualNetworkName"),
  parent: groupOf,
  *validate(draft) {
    yield* locationFindings(draft, networks);
    yield* nameFindings(draft.name, draft.id, { minimum: 2, maximum: 64, pattern: networkName });
    yield* addressSpaceFindings(draft);
    const inline = objectsAt(draft.inputs, "subnets");
    for (const [i, one] of inline.entries()) {
      const id = `${draft.id}/subnets/${text(one, "name")}`;
      const others = inline.slice(0, i).flatMap((other) => prefixesOf(other));
      yield* subnetFindings(id, one, stringsAt(draft.inputs, "addressSpace.addressPrefixes"), others);
    }
  },
  computed: ({ unique, previous }) => previous?.computed ?? { resourceGuid: uuid(unique, "guid") },
  *children(draft) {
    for (const one of objectsAt(draft.inputs, "subnets")) {
      const id = `${draft.id}/subnets/${text(one, "name")}`;
      yield {
        ...identity(id, draft.location),
        type: subnet.token,
        inputs: {
          ...without(one, ["id"]),
          subnetName: text(one, "name"),
          virtualNetworkName: draft.name,
          resourceGroupName: text(draft.inputs, "resourceGroupName"),
        },
        computed: {},
        references: [...subnetReferences(id, one)].map(({ key }) => key),
      };
    }
  },
  // Subnets made as resources of their own are left out, so that a refresh without drift shows no change.
  outputs: (resource, view) => ({
    subnets: objectsAt(resource.inputs, "subnets").map((one) => ({
      ...one,
      id: `${resource.id}/subnets/${text(one, "name")}`,
      provisioningState: view.state(resource) === "Creating" ? "Updating" : view.state(resource),
    })),
    virtualNetworkPeerings: [],
  }),
  inUse: (resource, by) => subnetInUse(resource, by),
};

export const subnet: ArmKind = {
  token: "azure-native:network:Subnet",
  armType: subnets,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(subnets),
  required: ["resourceGroupName", "virtualNetworkName"],
  autoname: { property: "subnetName", style: "random", maximumLength: 80 },
  pathParameters: ["resourceGroupName", "virtualNetworkName", "subnetName", "id"],
  unknown: ["name", "etag", "provisioningState", "purpose"],
  immutable: ["resourceGroupName", "virtualNetworkName", "subnetName"],
  identify: ({ inputs, scope, view }) => {
    const id = armId(scope, inputs, subnets, text(inputs, "virtualNetworkName"), text(inputs, "subnetName"));
    return identity(id, view.find(networkOf(id))?.location ?? "");
  },
  parent: (draft) => parentOf(draft, subnets),
  references: ({ id, inputs }) => subnetReferences(id, inputs),
  // A subnet's write holds its virtual network and what it refers to.
  locks: ({ id, inputs }) => [networkOf(id), ...[...subnetReferences(id, inputs)].map(({ key }) => key)],
  *validate({ id, key, name, inputs, view, location }) {
    yield* nameFindings(name, id, { minimum: 1, maximum: 80, pattern: networkName });
    const network = view.find(networkOf(id));
    const siblings = view
      .children(networkOf(id))
      .filter((sibling) => sibling.type === subnet.token && sibling.key !== key);
    yield* subnetFindings(
      id,
      inputs,
      network === undefined ? [] : stringsAt(network.inputs, "addressSpace.addressPrefixes"),
      siblings.flatMap((sibling) => prefixesOf(sibling.inputs)),
    );
    yield* regionFindings(id, inputs, view, location);
  },
  inUse: (resource, by) => subnetInUse(resource, by),
};

/** Every address range of a subnet's inputs. */
export function prefixesOf(inputs: PropertyMap): readonly string[] {
  const single = stringAt(inputs, "addressPrefix");
  return single === undefined ? stringsAt(inputs, "addressPrefixes") : [single];
}

// "Alphanumerics, underscores, periods, and hyphens. Start with alphanumeric. End alphanumeric or underscore."
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork
export const networkName = /^[A-Za-z0-9]([\w.-]*\w)?$/;

function networkOf(subnetId: string): string {
  return keyOf(subnetId.split("/").slice(0, -2).join("/"));
}

function* subnetReferences(id: string, inputs: PropertyMap): Generator<Reference> {
  for (const property of ["networkSecurityGroup", "natGateway", "routeTable"]) {
    const target = stringAt(inputs, `${property}.id`);
    if (target !== undefined) {
      yield referenceTo(target, id);
    }
  }
}

function* regionFindings(
  id: string,
  inputs: PropertyMap,
  view: View,
  location: string,
): Generator<CloudError> {
  for (const { key, missing } of subnetReferences(id, inputs)) {
    const target = view.find(key);
    if (target !== undefined && location !== "" && target.location !== location) {
      yield missing;
    }
  }
}

function* addressSpaceFindings({ id, inputs, key, view }: Draft): Generator<CloudError> {
  const prefixes = stringsAt(inputs, "addressSpace.addressPrefixes");
  if (prefixes.length === 0) {
    yield new CloudError(
      400,
      "VnetAddressSpaceNotSpecified",
      `Virtual network ${id} has no address space. Specify addressSpace.addressPrefixes.`,
    );
  }
  const wrong = prefixes.filter((prefix) => parseRange(prefix) === undefined);
  for (const prefix of wrong) {
    yield invalidNotation(prefix, id);
  }
  if (wrong.length > 0) {
    return;
  }
  // /29 to /2: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq#how-small-and-how-large-can-virtual-networks-and-subnets-be
  for (const prefix of prefixes.filter((one) => prefixLength(one) > 29 || prefixLength(one) < 2)) {
    yield new CloudError(
      400,
      "VnetAddressPrefixSizeNotSupported",
      `Address prefix ${prefix} of virtual network ${id} is not supported: prefix lengths go from /2 to /29.`,
    );
  }
  for (const [i, prefix] of prefixes.entries()) {
    const other = prefixes.slice(0, i).find((earlier) => overlap(earlier, prefix));
    if (other !== undefined) {
      yield new CloudError(
        400,
        "VnetAddressSpacesOverlap",
        `Address prefixes ${other} and ${prefix} of virtual network ${id} overlap.`,
      );
    }
  }
  for (const child of view.children(key).filter(({ type }) => type === subnet.token)) {
    for (const used of prefixesOf(child.inputs)) {
      if (child.urn !== undefined && !prefixes.some((prefix) => contains(prefix, used))) {
        yield new CloudError(
          400,
          "InUsePrefixCannotBeDeleted",
          `IpPrefix ${used} on Subnet ${child.name} is in use and cannot be deleted from the address space.`,
        );
      }
    }
  }
}

function* subnetFindings(
  id: string,
  inputs: PropertyMap,
  spaces: readonly string[],
  taken: readonly string[],
): Generator<CloudError> {
  const name = id.split("/").at(-1) ?? id;
  const network = id.split("/").at(-3) ?? id;
  const prefixes = prefixesOf(inputs);
  if (
    prefixes.length === 0 ||
    (listAt(inputs, "addressPrefixes").length > 0 && inputs.addressPrefix !== undefined)
  ) {
    yield new CloudError(
      400,
      "NetcfgInvalidSubnet",
      `Subnet '${name}' is not valid in virtual network '${network}'. Give either addressPrefix or addressPrefixes.`,
    );
  }
  for (const prefix of prefixes) {
    if (parseRange(prefix) === undefined) {
      yield invalidNotation(prefix, id);
    } else if (prefixLength(prefix) > 29) {
      yield new CloudError(
        400,
        "NetcfgInvalidSubnet",
        `Subnet '${name}' is not valid in virtual network '${network}'. ${prefix} is smaller than a /29.`,
      );
    } else if (!spaces.some((space) => parseRange(space) !== undefined && contains(space, prefix))) {
      yield new CloudError(
        400,
        "NetcfgSubnetRangeOutsideVnet",
        `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual ` +
          `network '${network}'.`,
      );
    } else if (taken.some((other) => parseRange(other) !== undefined && overlap(other, prefix))) {
      yield new CloudError(
        400,
        "NetcfgSubnetRangesOverlap",
        `Subnet '${name}' is not valid because its IP address range overlaps with that of an existing subnet in ` +
          `virtual network '${network}'.`,
      );
    }
  }
}

function invalidNotation(prefix: string, id: string): CloudError {
  return new CloudError(
    400,
    "InvalidCIDRNotation",
    `The address prefix ${prefix} in resource ${id} has an invalid CIDR notation.`,
  );
}

function subnetInUse(resource: Resource, by: readonly Resource[]): CloudError {
  return new CloudError(
    400,
    "InUseSubnetCannotBeDeleted",
    `Subnet ${resource.name} is in use by ${by.map(({ id }) => id).join(", ")} and cannot be deleted. In order to ` +
      "delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
  );
}
