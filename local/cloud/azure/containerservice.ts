import type { PropertyMap } from "../../plugin/values";
import { contains, overlap, parseRange } from "../engine/addresses";
import { CloudError } from "../engine/errors";
import type { Draft, Reference } from "../engine/kind";
import { booleanAt, isGiven, objectAt, objectsAt, stringAt, stringsAt } from "../engine/properties";
import { hex, uuid } from "../engine/random";
import type { Resource } from "../engine/store";
import { agentPool, inlinePool, poolFindings, poolOutputs, poolReferences } from "./agentpool";
import {
  type ArmKind,
  groupOf,
  identifyInGroup,
  keyOf,
  locationFindings,
  operations,
  specified,
  text,
} from "./arm";
import {
  defaultVersion,
  invalidParameter,
  operationNotAllowed,
  patchVersion,
  unsupportedVersion,
} from "./kubernetes";
import { normalized } from "./locations";
import { prefixesOf } from "./virtualnetwork";

export { agentPool };

const armType = "Microsoft.ContainerService/managedClusters";

// https://learn.microsoft.com/rest/api/aks/managed-clusters/create-or-update#uri-parameters
const nameRule = {
  minimum: 1,
  maximum: 63,
  pattern: /^[a-zA-Z0-9]$|^[a-zA-Z0-9][-_a-zA-Z0-9]{0,61}[a-zA-Z0-9]$/,
};

export const managedCluster: ArmKind = {
  token: "azure-native:containerservice:ManagedCluster",
  armType,
  apiVersion: "2025-09-01",
  provisioning: { creating: "Creating" },
  etag: "eTag",
  operations: operations(armType),
  required: ["resourceGroupName", "location"],
  autoname: { property: "resourceName", style: "random", maximumLength: 63 },
  pathParameters: ["resourceGroupName", "resourceName"],
  unknown: [
    "name",
    "type",
    "eTag",
    "provisioningState",
    "currentKubernetesVersion",
    "fqdn",
    "privateFQDN",
    "azurePortalFQDN",
    "nodeResourceGroup",
    "maxAgentPools",
    "powerState",
    "resourceUID",
    "identity.principalId",
    "identity.tenantId",
    "identityProfile",
    "oidcIssuerProfile.issuerURL",
  ],
  // Read from forceNewMap in the plugin's gen/replacement.go, and the path parameters.
  immutable: [
    "resourceGroupName",
    "resourceName",
    "location",
    "diskEncryptionSetID",
    "dnsPrefix",
    "fqdnSubdomain",
    "linuxProfile",
    "nodeResourceGroup",
    "windowsProfile",
    ...[
      "serviceCidr",
      "serviceCidrs",
      "dnsServiceIP",
      "networkMode",
      "networkPlugin",
      "networkPluginMode",
      "podCidr",
      "networkDataplane",
      "networkPolicy",
      "outboundType",
    ].map((property) => `networkProfile.${property}`),
  ],
  same: (path, a, b) => path === "location" && normalized(a) === normalized(b),
  unordered: ["identity.userAssignedIdentities"],
  check: (inputs) => specified(inputs, "resourceName", nameRule),
  identify: identifyInGroup(armType, "resourceName"),
  parent: groupOf,
  *references({ id, inputs }) {
    for (const identityId of stringsAt(inputs, "identity.userAssignedIdentities")) {
      yield identityReference(identityId);
    }
    for (const profile of objectsAt(inputs, "agentPoolProfiles")) {
      yield* poolReferences(id, profile);
    }
  },
  conflict: (holder) =>
    operationNotAllowed(
      holder.type === agentPool.token
        ? `agentpool operation (${holder.name} - ${gerund(holder)})`
        : `operation (${gerund(holder)})`,
    ),
  *validate(draft) {
    yield* locationFindings(draft, armType);
    yield* profileFindings(draft);
    yield* identityFindings(draft.inputs);
    yield* networkFindings(draft);
    yield* issuerFindings(draft);
  },
  *children(draft) {
    for (const profile of objectsAt(draft.inputs, "agentPoolProfiles")) {
      yield inlinePool(draft, profile);
    }
  },
  computed: ({ unique, previous, inputs, name, location, scope }) => {
    if (previous !== undefined) {
      return previous.computed;
    }
    const host = `${stringAt(inputs, "fqdnSubdomain") ?? text(inputs, "dnsPrefix")}-${hex(8, unique, "fqdn")}`;
    const group = text(inputs, "resourceGroupName");
    return {
      fqdn: `${host}.hcp.${location}.azmk8s.io`,
      azurePortalFQDN: `${host}.portal.hcp.${location}.azmk8s.io`,
      nodeResourceGroup:
        stringAt(inputs, "nodeResourceGroup") ?? `MC_${group}_${name}_${location}`.slice(0, 80),
      maxAgentPools: 100,
      resourceUID: hex(24, unique, "uid"),
      principalId: uuid(unique, "principal"),
      kubeletObjectId: uuid(unique, "kubelet"),
      kubeletClientId: uuid(unique, "kubelet-client"),
      tenantId: scope.tenant,
      issuer: `https://${location}.oic.prod-aks.azure.com/${scope.tenant}/${uuid(unique, "issuer")}/`,
    };
  },
  outputs: (resource, view) => {
    const { inputs, computed } = resource;
    const version = stringAt(inputs, "kubernetesVersion") ?? defaultVersion;
    const kubelet = `/subscriptions/${resource.id.split("/")[2]}/resourceGroups/${computed.nodeResourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${resource.name}-agentpool`;
    return {
      // Internal to the simulation; the outputs that show them follow.
      ...Object.fromEntries(
        ["principalId", "kubeletObjectId", "kubeletClientId", "tenantId", "issuer"].map((key) => [key, null]),
      ),
      kubernetesVersion: version,
      currentKubernetesVersion: patchVersion(version) ?? version,
      enableRBAC: inputs.enableRBAC ?? true,
      powerState: { code: "Running" },
      supportPlan: inputs.supportPlan ?? "KubernetesOfficial",
      sku: inputs.sku ?? { name: "Base", tier: "Free" },
      agentPoolProfiles: objectsAt(inputs, "agentPoolProfiles").map((profile) => ({
        ...profile,
        ...poolOutputs(profile, resource, view),
      })),
      identity: identityOutput(resource, (id) => view.find(keyOf(id))?.computed),
      identityProfile: {
        kubeletidentity: {
          clientId: computed.kubeletClientId ?? null,
          objectId: computed.kubeletObjectId ?? null,
          resourceId: kubelet,
        },
      },
      oidcIssuerProfile:
        booleanAt(inputs, "oidcIssuerProfile.enabled") === true
          ? { enabled: true, issuerURL: computed.issuer ?? null }
          : { enabled: false },
      networkProfile: { ...networkDefaults, ...objectAt(inputs, "networkProfile") },
      ...(booleanAt(inputs, "apiServerAccessProfile.enablePrivateCluster") === true
        ? { privateFQDN: String(computed.fqdn).replace(".hcp.", ".privatelink.") }
        : {}),
    };
  },
};

// What AKS takes when nothing is said: https://learn.microsoft.com/azure/aks/configure-azure-cni
const networkDefaults: PropertyMap = {
  networkPlugin: "kubenet",
  serviceCidr: "10.0.0.0/16",
  dnsServiceIP: "10.0.0.10",
  loadBalancerSku: "standard",
  outboundType: "loadBalancer",
};

function identityReference(id: string): Reference {
  return {
    key: keyOf(id),
    missing: new CloudError(
      400,
      "InvalidIdentity",
      `The identity ${id} was not found. Please check that it exists.`,
    ),
  };
}

function identityOutput(
  { inputs, computed }: Resource,
  identityOf: (id: string) => PropertyMap | undefined,
): PropertyMap | null {
  const type = stringAt(inputs, "identity.type");
  if (type === undefined) {
    return null;
  }
  if (type !== "UserAssigned") {
    return { type, principalId: computed.principalId ?? null, tenantId: computed.tenantId ?? null };
  }
  const assigned = stringsAt(inputs, "identity.userAssignedIdentities").map((id) => {
    const { clientId = null, principalId = null } = identityOf(id) ?? {};
    return [id, { clientId, principalId }] as const;
  });
  return { type, userAssignedIdentities: Object.fromEntries(assigned) };
}

function* profileFindings({ inputs, location, previous }: Draft): Generator<CloudError> {
  if (!isGiven(inputs, "dnsPrefix") && !isGiven(inputs, "fqdnSubdomain")) {
    yield invalidParameter("Required parameter dnsPrefix is missing (null).");
  }
  const prefix = stringAt(inputs, "dnsPrefix");
  // https://aka.ms/aks-naming-rules
  if (prefix !== undefined && !/^[A-Za-z0-9]([A-Za-z0-9-]{0,52}[A-Za-z0-9])?$/.test(prefix)) {
    yield invalidParameter(
      `The value of parameter dnsPrefix is invalid: '${prefix}'. It can contain only letters, numbers and hyphens, ` +
        "must begin and end with a letter or number and has at most 54 characters.",
    );
  }
  const version = stringAt(inputs, "kubernetesVersion");
  if (version !== undefined && patchVersion(version) === undefined) {
    yield unsupportedVersion(version, location);
  }
  const profiles = objectsAt(inputs, "agentPoolProfiles");
  if (previous === undefined && !profiles.some((profile) => stringAt(profile, "mode") === "System")) {
    yield invalidParameter("Must define at least one system pool: an agentPoolProfile with mode 'System'.");
  }
  for (const profile of profiles) {
    yield* poolFindings(profile, text(profile, "name"), location);
  }
}

function* identityFindings(inputs: PropertyMap): Generator<CloudError> {
  const type = stringAt(inputs, "identity.type");
  const assigned = stringsAt(inputs, "identity.userAssignedIdentities");
  if (type === undefined && !isGiven(inputs, "servicePrincipalProfile")) {
    yield new CloudError(
      400,
      "ServicePrincipalNotFound",
      "Provisioning of resource(s) for container service failed: neither identity nor servicePrincipalProfile is set.",
    );
  }
  if (type === "UserAssigned" && assigned.length !== 1) {
    yield invalidParameter(`identity.type UserAssigned takes exactly one identity, got ${assigned.length}.`);
  }
}

function* networkFindings({ inputs, view, id }: Draft): Generator<CloudError> {
  const services = stringAt(inputs, "networkProfile.serviceCidr") ?? "10.0.0.0/16";
  const dns = stringAt(inputs, "networkProfile.dnsServiceIP");
  const pods = stringAt(inputs, "networkProfile.podCidr");
  for (const range of [services, ...(pods === undefined ? [] : [pods])]) {
    if (parseRange(range) === undefined) {
      yield invalidParameter(`The network profile's range ${range} is not a valid CIDR block.`);
      return;
    }
  }
  if (dns !== undefined && !contains(services, `${dns}/32`)) {
    yield invalidParameter(`The DNS service IP ${dns} is outside the service CIDR ${services}.`);
  }
  if (pods !== undefined && overlap(pods, services)) {
    yield invalidParameter(`The pod CIDR ${pods} overlaps with the service CIDR ${services}.`);
  }
  const subnets = objectsAt(inputs, "agentPoolProfiles").flatMap((profile) => [
    ...poolReferences(id, profile),
  ]);
  for (const { key } of subnets) {
    for (const used of prefixesOf(view.find(key)?.inputs ?? {}).filter((prefix) =>
      overlap(prefix, services),
    )) {
      yield new CloudError(
        400,
        "ServiceCidrOverlapExistingSubnetsCidr",
        `The specified service CIDR ${services} is conflicted with an existing subnet CIDR ${used}`,
      );
    }
  }
}

function* issuerFindings({ inputs, previous }: Draft): Generator<CloudError> {
  const enabled = booleanAt(inputs, "oidcIssuerProfile.enabled") === true;
  if (booleanAt(inputs, "securityProfile.workloadIdentity.enabled") === true && !enabled) {
    yield new CloudError(
      400,
      "WorkloadIdentityRequiresOIDCIssuer",
      "Workload identity requires OIDC issuer to be enabled: set oidcIssuerProfile.enabled.",
    );
  }
  if (
    !enabled &&
    previous !== undefined &&
    booleanAt(previous.inputs, "oidcIssuerProfile.enabled") === true
  ) {
    yield new CloudError(400, "OIDCIssuerCannotBeDisabled", "The OIDC issuer feature cannot be disabled.");
  }
}

function gerund({ operation }: Resource): string {
  return { create: "Creating", update: "Updating", delete: "Deleting" }[operation.kind];
}
