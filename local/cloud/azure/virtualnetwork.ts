import type { PropertyMap } from "../../plugin/values";
import { contains, overlap, parseRange, prefixLength } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Reference, View } from "../engine/resources/kind";
import { listAt, objectsAt, stringAt, stringsAt, without } from "../engine/resources/properties";
import { uuid } from "../engine/resources/random";
import type { Resource } from "../engine/resources/store";
import {
  type ArmKind,
  armId,
  groupReference,
  identifyInGroup,
  identity,
  locationFindings,
  nameFindings,
  operations,
  parentKeyOf,
  parentReference,
  referenceTo,
  text,
} from "./arm";
import { isSameLocation } from "./locations";

const networkType = "Microsoft.Network/virtualNetworks";
const subnetType = `${networkType}/subnets`;

export const virtualNetwork: ArmKind = {
  token: "azure-native:network:VirtualNetwork",
  armType: networkType,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(networkType),
  required: ["resourceGroupName", "location"],
  autoname: { property: "virtualNetworkName", style: "random", maximumLength: 64 },
  pathParameters: ["resourceGroupName", "virtualNetworkName", "id"],
  unknown: ["name", "type", "etag", "provisioningState", "resourceGuid"],
  immutable: ["resourceGroupName", "virtualNetworkName", "location"],
  same: isSameLocation,
  identify: identifyInGroup(networkType, "virtualNetworkName"),
  parent: groupReference,
  *validate(draft) {
    yield* locationFindings(draft, networkType);
    yield* nameFindings(draft.name, draft.id, { minimum: 2, maximum: 64, pattern: networkName });
    yield* addressSpaceFindings(draft);
    const inline = objectsAt(draft.inputs, "subnets");
    for (const [i, inputs] of inline.entries()) {
      const id = `${draft.id}/subnets/${text(inputs, "name")}`;
      yield* subnetFindings({
        id,
        inputs,
        addressSpace: stringsAt(draft.inputs, "addressSpace.addressPrefixes"),
        siblingPrefixes: inline.slice(0, i).flatMap(prefixesOf),
      });
    }
  },
  computed: ({ unique, previous }) => previous?.computed ?? { resourceGuid: uuid(unique, "guid") },
  *children(draft) {
    for (const inputs of objectsAt(draft.inputs, "subnets")) {
      const id = `${draft.id}/subnets/${text(inputs, "name")}`;
      yield {
        ...identity(id, draft.location),
        type: subnet.token,
        inputs: {
          ...without(inputs, ["id"]),
          subnetName: text(inputs, "name"),
          virtualNetworkName: draft.name,
          resourceGroupName: text(draft.inputs, "resourceGroupName"),
        },
        computed: {},
        references: [...subnetReferences(id, inputs)].map(({ key }) => key),
      };
    }
  },
  subResources: ["subnets"],
  outputs: (resource, view) => ({
    subnets: view
      .children(resource.key)
      .filter(({ type }) => type === subnet.token)
      .map((child) => ({
        ...without(child.inputs, [
          "subnetName",
          "virtualNetworkName",
          "resourceGroupName",
          "azureApiVersion",
        ]),
        name: child.name,
        id: child.id,
        provisioningState: view.state(child) === "Creating" ? "Updating" : view.state(child),
      })),
    virtualNetworkPeerings: [],
  }),
  inUse: subnetInUse,
};

export const subnet: ArmKind = {
  token: "azure-native:network:Subnet",
  armType: subnetType,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(subnetType),
  required: ["resourceGroupName", "virtualNetworkName"],
  autoname: { property: "subnetName", style: "random", maximumLength: 80 },
  pathParameters: ["resourceGroupName", "virtualNetworkName", "subnetName", "id"],
  unknown: ["name", "etag", "provisioningState", "purpose"],
  immutable: ["resourceGroupName", "virtualNetworkName", "subnetName"],
  identify: ({ inputs, scope, view }) => {
    const id = armId(
      scope,
      inputs,
      subnetType,
      text(inputs, "virtualNetworkName"),
      text(inputs, "subnetName"),
    );
    return identity(id, view.find(parentKeyOf(id))?.location ?? "");
  },
  parent: (draft) => parentReference(draft, subnetType),
  references: ({ id, inputs }) => subnetReferences(id, inputs),
  // A write of a subnet also locks its virtual network and the resources to which the subnet refers.
  locks: ({ id, inputs }) => [parentKeyOf(id), ...[...subnetReferences(id, inputs)].map(({ key }) => key)],
  *validate({ id, key, name, inputs, view, location }) {
    yield* nameFindings(name, id, { minimum: 1, maximum: 80, pattern: networkName });
    const network = view.find(parentKeyOf(id));
    const siblings = view
      .children(parentKeyOf(id))
      .filter((sibling) => sibling.type === subnet.token && sibling.key !== key);
    yield* subnetFindings({
      id,
      inputs,
      addressSpace: network === undefined ? [] : stringsAt(network.inputs, "addressSpace.addressPrefixes"),
      siblingPrefixes: siblings.flatMap((sibling) => prefixesOf(sibling.inputs)),
    });
    yield* regionFindings(id, inputs, view, location);
  },
  inUse: subnetInUse,
};

/** Every address range of a subnet's inputs. */
export function prefixesOf(inputs: PropertyMap): readonly string[] {
  const single = stringAt(inputs, "addressPrefix");
  return single === undefined ? stringsAt(inputs, "addressPrefixes") : [single];
}

// "Alphanumerics, underscores, periods, and hyphens. Start with alphanumeric. End alphanumeric or underscore."
// https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftnetwork
export const networkName = /^[A-Za-z0-9]([\w.-]*\w)?$/;

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
  const invalid = prefixes.filter((prefix) => parseRange(prefix) === undefined);
  for (const prefix of invalid) {
    yield invalidNotation(prefix, id);
  }
  if (invalid.length > 0) {
    return;
  }
  // Azure accepts prefix lengths from /2 to /29: https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq#how-small-and-how-large-can-virtual-networks-and-subnets-be
  for (const prefix of prefixes.filter((range) => prefixLength(range) > 29 || prefixLength(range) < 2)) {
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

interface SubnetCheck {
  readonly id: string;
  readonly inputs: PropertyMap;
  /** Address ranges of the virtual network. */
  readonly addressSpace: readonly string[];
  /** Address ranges of the virtual network's other subnets. */
  readonly siblingPrefixes: readonly string[];
}

function* subnetFindings({ id, inputs, addressSpace, siblingPrefixes }: SubnetCheck): Generator<CloudError> {
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
    } else if (!addressSpace.some((space) => parseRange(space) !== undefined && contains(space, prefix))) {
      yield new CloudError(
        400,
        "NetcfgSubnetRangeOutsideVnet",
        `Subnet '${name}' is not valid because its IP address range is outside the IP address range of virtual ` +
          `network '${network}'.`,
      );
    } else if (siblingPrefixes.some((other) => parseRange(other) !== undefined && overlap(other, prefix))) {
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

function subnetInUse(resource: Resource, users: readonly Resource[]): CloudError {
  return new CloudError(
    400,
    "InUseSubnetCannotBeDeleted",
    `Subnet ${resource.name} is in use by ${users.map(({ id }) => id).join(", ")} and cannot be deleted. In order to ` +
      "delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
  );
}
