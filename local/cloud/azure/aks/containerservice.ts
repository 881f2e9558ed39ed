import type { PropertyMap } from "../../../plugin/values";
import { CloudError } from "../../engine/resources/errors";
import type { Reference } from "../../engine/resources/kind";
import {
  booleanAt,
  objectAt,
  objectsAt,
  stringAt,
  stringsAt,
  without,
} from "../../engine/resources/properties";
import { hex, uuid } from "../../engine/resources/random";
import type { Resource } from "../../engine/resources/store";
import {
  type ArmKind,
  groupReference,
  identifyInGroup,
  keyOf,
  locationFindings,
  nameFailures,
  operations,
  text,
} from "../arm";
import { isSameLocation } from "../locations";
import { inlinePool, operationConflict, poolOutputs, poolReferences, poolsOf } from "./agentpool";
import { clusterFindings } from "./clusterrules";
import { defaultVersion, patchVersion } from "./kubernetes";

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
  // The path parameters and the properties in forceNewMap of the plugin's gen/replacement.go.
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
  same: isSameLocation,
  unordered: ["identity.userAssignedIdentities"],
  check: (inputs) => nameFailures(inputs, "resourceName", nameRule),
  identify: identifyInGroup(armType, "resourceName"),
  parent: groupReference,
  *references({ id, inputs }) {
    for (const identityId of stringsAt(inputs, "identity.userAssignedIdentities")) {
      yield identityReference(identityId);
    }
    for (const profile of objectsAt(inputs, "agentPoolProfiles")) {
      yield* poolReferences(id, profile);
    }
  },
  conflict: operationConflict,
  *validate(draft) {
    yield* locationFindings(draft, armType);
    yield* clusterFindings(draft);
  },
  *children(draft) {
    const profiles = objectsAt(draft.inputs, "agentPoolProfiles");
    for (const profile of profiles) {
      yield inlinePool(draft, profile);
    }
    // A pool that an update does not list stays: https://github.com/pulumi/pulumi-azure-native/issues/1686
    yield* poolsOf(draft.key, draft.view).filter(
      (pool) => pool.urn === undefined && !profiles.some((profile) => profile.name === pool.name),
    );
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
      // These computed values are internal to the simulation; the outputs below present them as AKS does.
      ...Object.fromEntries(
        ["principalId", "kubeletObjectId", "kubeletClientId", "tenantId", "issuer"].map((key) => [key, null]),
      ),
      kubernetesVersion: version,
      currentKubernetesVersion: patchVersion(version) ?? version,
      enableRBAC: inputs.enableRBAC ?? true,
      powerState: { code: "Running" },
      supportPlan: inputs.supportPlan ?? "KubernetesOfficial",
      sku: inputs.sku ?? { name: "Base", tier: "Free" },
      // AKS lists every pool of the cluster, and not only those that were created together with the cluster.
      agentPoolProfiles: poolsOf(resource.key, view).map((pool) => ({
        ...without(pool.inputs, ["resourceGroupName", "resourceName", "agentPoolName", "azureApiVersion"]),
        name: pool.name,
        ...poolOutputs(pool, view),
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
      ...addonOutputs(resource),
      networkProfile: { ...networkDefaults, ...objectAt(inputs, "networkProfile") },
      ...(booleanAt(inputs, "apiServerAccessProfile.enablePrivateCluster") === true
        ? { privateFQDN: String(computed.fqdn).replace(".hcp.", ".privatelink.") }
        : {}),
    };
  },
};

// Defaults of AKS for properties that the program does not set: https://learn.microsoft.com/azure/aks/configure-azure-cni
const networkDefaults: PropertyMap = {
  networkPlugin: "kubenet",
  serviceCidr: "10.0.0.0/16",
  dnsServiceIP: "10.0.0.10",
  loadBalancerSku: "standard",
  outboundType: "loadBalancer",
};

/** AKS makes an identity for each add-on, in the node resource group. */
function addonOutputs({ id, name, inputs, computed }: Resource): PropertyMap {
  const profiles = objectAt(inputs, "addonProfiles");
  return Object.keys(profiles).length === 0
    ? {}
    : {
        addonProfiles: Object.fromEntries(
          Object.entries(profiles).map(([addon, profile]) => [
            addon,
            {
              ...(profile as PropertyMap),
              identity: {
                resourceId: `/subscriptions/${id.split("/")[2]}/resourceGroups/${computed.nodeResourceGroup}/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${addon.toLowerCase()}-${name}`,
              },
            },
          ]),
        ),
      };
}

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
