import type { PropertyMap } from "../../plugin/values";
import { isAddress, parseRange } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import { isGiven, numberAt, objectsAt, stringAt, stringsAt } from "../engine/resources/properties";
import { uuid } from "../engine/resources/random";
import {
  type ArmKind,
  etagOf,
  groupReference,
  identifyInGroup,
  locationFindings,
  nameFindings,
  operations,
  text,
  zoneFindings,
} from "./arm";
import { isSameLocation } from "./locations";
import { addressFindings } from "./quotas";
import { networkName } from "./virtualnetwork";

const securityGroupType = "Microsoft.Network/networkSecurityGroups";
const addressType = "Microsoft.Network/publicIPAddresses";

export const networkSecurityGroup: ArmKind = {
  token: "azure-native:network:NetworkSecurityGroup",
  armType: securityGroupType,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(securityGroupType),
  required: ["resourceGroupName", "location"],
  autoname: { property: "networkSecurityGroupName", style: "random", maximumLength: 80 },
  pathParameters: ["resourceGroupName", "networkSecurityGroupName", "id"],
  unknown: ["name", "type", "etag", "provisioningState", "resourceGuid", "defaultSecurityRules"],
  immutable: ["resourceGroupName", "networkSecurityGroupName"],
  same: isSameLocation,
  *check(inputs) {
    for (const [i, rule] of objectsAt(inputs, "securityRules").entries()) {
      for (const name of ["access", "direction", "priority", "protocol"]) {
        if (!isGiven(rule, name)) {
          const property = `securityRules[${i}].${name}`;
          yield { property, reason: `missing required property '${property}'` };
        }
      }
    }
  },
  identify: identifyInGroup(securityGroupType, "networkSecurityGroupName"),
  parent: groupReference,
  *validate(draft) {
    yield* locationFindings(draft, securityGroupType);
    yield* nameFindings(draft.name, draft.id, { minimum: 1, maximum: 80, pattern: networkName });
    yield* ruleFindings(objectsAt(draft.inputs, "securityRules"));
  },
  computed: ({ unique, previous }) => previous?.computed ?? { resourceGuid: uuid(unique, "guid") },
  subResources: ["securityRules"],
  outputs: (resource, view) => ({
    securityRules: objectsAt(resource.inputs, "securityRules").map((rule) => ({
      ...rule,
      id: `${resource.id}/securityRules/${text(rule, "name")}`,
      etag: etagOf(resource),
      provisioningState: view.state(resource) === "Creating" ? "Updating" : view.state(resource),
    })),
    defaultSecurityRules: [],
  }),
  inUse: (resource, users) =>
    new CloudError(
      400,
      "InUseNetworkSecurityGroupCannotBeDeleted",
      `Network security group ${resource.id} cannot be deleted because it is in use by the following resources: ` +
        `${users.map(({ id }) => id).join(", ")}. In order to delete the Network security group, remove the ` +
        "association with the resource(s). To learn how to do this, see aka.ms/deletensg.",
    ),
};

export const publicIPAddress: ArmKind = {
  token: "azure-native:network:PublicIPAddress",
  armType: addressType,
  apiVersion: "2024-05-01",
  provisioning: { creating: "Updating" },
  etag: "etag",
  operations: operations(addressType),
  required: ["resourceGroupName", "location"],
  autoname: { property: "publicIpAddressName", style: "random", maximumLength: 80 },
  pathParameters: ["resourceGroupName", "publicIpAddressName", "id"],
  unknown: ["name", "type", "etag", "provisioningState", "resourceGuid", "ipAddress", "dnsSettings.fqdn"],
  // The path parameters and the properties in forceNewMap of the plugin's gen/replacement.go.
  immutable: [
    "resourceGroupName",
    "publicIpAddressName",
    "location",
    "publicIPAddressVersion",
    "publicIPPrefix",
    "sku",
  ],
  same: isSameLocation,
  unordered: ["zones"],
  identify: identifyInGroup(addressType, "publicIpAddressName"),
  parent: groupReference,
  *validate(draft) {
    const { inputs, id, name, previous, view, key, location } = draft;
    yield* locationFindings(draft, addressType);
    yield* addressFindings(draft);
    yield* nameFindings(name, id, { minimum: 1, maximum: 80, pattern: networkName });
    yield* zoneFindings(stringsAt(inputs, "zones"), text(inputs, "location"), id);
    const sku = stringAt(inputs, "sku.name") ?? "Basic";
    if (sku === "Basic") {
      // Azure retired the Basic SKU on 2025-09-30: https://learn.microsoft.com/azure/virtual-network/ip-services/public-ip-basic-upgrade-guidance
      yield new CloudError(
        400,
        "IPv4BasicSkuPublicIpCountLimitReached",
        "Cannot create more than 0 IPv4 Basic SKU public IP addresses for this subscription in this region.",
      );
    } else if (sku !== "Standard" && sku !== "StandardV2") {
      yield new CloudError(400, "InvalidSku", `The SKU '${sku}' of ${id} is not valid; use Standard.`);
    } else if (stringAt(inputs, "publicIPAllocationMethod") !== "Static") {
      yield new CloudError(
        400,
        "StandardSkuPublicIPAddressMustBeStatic",
        `Standard sku publicIp ${id} must have AllocationMethod set to Static.`,
      );
    }
    if (previous !== undefined && zonesOf(previous.inputs) !== zonesOf(inputs)) {
      yield new CloudError(
        400,
        "ResourceAvailabilityZonesCannotBeModified",
        `Resource ${id} has an existing availability zone constraint ${zonesOf(previous.inputs)} and the request ` +
          `has availability zone constraint ${zonesOf(inputs)}, which do not match.`,
      );
    }
    const label = stringAt(inputs, "dnsSettings.domainNameLabel");
    if (label !== undefined) {
      if (!/^[a-z][a-z0-9-]{1,61}[a-z0-9]$/.test(label)) {
        yield new CloudError(
          400,
          "InvalidDomainNameLabel",
          `The domain name label ${label} is invalid. It must conform to the following regular expression: ` +
            "^[a-z][a-z0-9-]{1,61}[a-z0-9]$.",
        );
      }
      const duplicate = view
        .list(publicIPAddress.token)
        .find(
          (other) =>
            other.key !== key &&
            other.location === location &&
            stringAt(other.inputs, "dnsSettings.domainNameLabel") === label,
        );
      if (duplicate !== undefined) {
        yield new CloudError(
          400,
          "DnsRecordInUse",
          `DNS record ${label}.${location}.cloudapp.azure.com is already used by another public IP.`,
        );
      }
    }
  },
  computed: ({ unique, previous, view, key }) =>
    previous?.computed ?? { resourceGuid: uuid(unique, "guid"), ipAddress: view.address(key) },
  outputs: ({ inputs, location }) => {
    const label = stringAt(inputs, "dnsSettings.domainNameLabel");
    return {
      idleTimeoutInMinutes: numberAt(inputs, "idleTimeoutInMinutes") ?? 4,
      publicIPAddressVersion: stringAt(inputs, "publicIPAddressVersion") ?? "IPv4",
      ipTags: inputs.ipTags ?? [],
      ...(label === undefined
        ? {}
        : { dnsSettings: { domainNameLabel: label, fqdn: `${label}.${location}.cloudapp.azure.com` } }),
    };
  },
  inUse: (resource, users) =>
    new CloudError(
      400,
      "PublicIPAddressCannotBeDeleted",
      `Public IP address ${resource.id} can not be deleted since it is still allocated to resource ` +
        `${users[0]?.id ?? ""}. In order to delete the public IP, disassociate/detach the Public IP address from the ` +
        "resource. To learn how to do this, see aka.ms/deletepublicip.",
    ),
};

function zonesOf(inputs: PropertyMap): string {
  return [...stringsAt(inputs, "zones")].sort().join(", ") || "none";
}

/** https://learn.microsoft.com/azure/virtual-network/network-security-groups-overview#security-rules */
function* ruleFindings(rules: readonly PropertyMap[]): Generator<CloudError> {
  const invalidRule = (code: string, rule: PropertyMap, detail: string) =>
    new CloudError(400, code, `Security rule ${text(rule, "name")} ${detail}`);
  for (const [i, rule] of rules.entries()) {
    if (!isGiven(rule, "name")) {
      yield new CloudError(400, "InvalidRequestFormat", `securityRules[${i}] has no name.`);
    }
    const priority = numberAt(rule, "priority") ?? 0;
    if (!Number.isInteger(priority) || priority < 100 || priority > 4096) {
      yield invalidRule(
        "SecurityRuleInvalidPriority",
        rule,
        `has invalid Priority. Value provided: ${priority} Allowed range 100-4096.`,
      );
    }
    const conflicting = rules
      .slice(0, i)
      .find((other) => other.priority === priority && other.direction === rule.direction);
    if (conflicting !== undefined) {
      yield invalidRule(
        "SecurityRuleConflict",
        rule,
        `conflicts with rule ${text(conflicting, "name")}. Rules cannot have the same Priority and Direction.`,
      );
    }
    const namesake = rules.slice(0, i).find((other) => other.name === rule.name);
    if (namesake !== undefined) {
      yield invalidRule("DuplicateResourceName", rule, "has the name of another rule.");
    }
    const choices: readonly [string, readonly string[]][] = [
      ["access", ["Allow", "Deny"]],
      ["direction", ["Inbound", "Outbound"]],
      ["protocol", ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"]],
    ];
    for (const [property, allowed] of choices) {
      const value = text(rule, property);
      if (!allowed.some((choice) => choice.toLowerCase() === value.toLowerCase())) {
        const name = property.charAt(0).toUpperCase() + property.slice(1);
        yield invalidRule(
          `SecurityRuleInvalid${name}`,
          rule,
          `has invalid ${name}. Value provided: ${value}; allowed: ${allowed.join(", ")}.`,
        );
      }
    }
    for (const side of ["source", "destination"]) {
      const ports = valuesAt(rule, `${side}PortRange`, `${side}PortRanges`);
      const prefixes = valuesAt(rule, `${side}AddressPrefix`, `${side}AddressPrefixes`);
      const invalidPort = ports.find((range) => !isPortRange(range));
      if (ports.length === 0 || invalidPort !== undefined) {
        yield invalidRule(
          "SecurityRuleInvalidPortRange",
          rule,
          `has invalid Port range. Value provided: ${invalidPort}.`,
        );
      }
      const invalidPrefix = prefixes.find((prefix) => !isAddressPrefix(prefix));
      if (
        invalidPrefix !== undefined ||
        (prefixes.length === 0 && !isGiven(rule, `${side}ApplicationSecurityGroups`))
      ) {
        yield invalidRule(
          "SecurityRuleInvalidAddressPrefix",
          rule,
          `has invalid Address prefix. Value provided: ${invalidPrefix}.`,
        );
      }
    }
  }
}

/** The values of a rule's list property, or of the property for a single value if the rule sets that property. */
function valuesAt(rule: PropertyMap, singleProperty: string, listProperty: string): readonly string[] {
  const value = stringAt(rule, singleProperty);
  return value === undefined ? stringsAt(rule, listProperty) : [value];
}

function isPortRange(range: string): boolean {
  const [, from = "", to = from] = /^(\d{1,5})(?:-(\d{1,5}))?$/.exec(range) ?? [];
  return range === "*" || (from !== "" && Number(to) <= 65535 && Number(from) <= Number(to));
}

/** True for a range, an address, `*`, or a service tag (`Internet`, `Storage.WestEurope`). */
function isAddressPrefix(prefix: string): boolean {
  return (
    prefix === "*" ||
    isAddress(prefix) ||
    parseRange(prefix) !== undefined ||
    /^[A-Za-z][A-Za-z0-9.]*$/.test(prefix) ||
    prefix.includes(":")
  );
}
