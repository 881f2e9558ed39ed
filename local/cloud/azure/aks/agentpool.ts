import type { PropertyMap } from "../../../plugin/values";
import { CloudError } from "../../engine/resources/errors";
import type { Draft, Reference, View } from "../../engine/resources/kind";
import {
  booleanAt,
  isGiven,
  numberAt,
  stringAt,
  stringsAt,
  without,
} from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import {
  type ArmKind,
  armId,
  identity,
  nameFailures,
  operations,
  parentKeyOf,
  parentReference,
  referenceTo,
  text,
  zoneFindings,
} from "../arm";
import {
  defaultVersion,
  invalidParameter,
  isVmSize,
  operationNotAllowed,
  patchVersion,
  poolNameRule,
  unsupportedVersion,
  vmSizeNotAllowed,
} from "./kubernetes";

const armType = "Microsoft.ContainerService/managedClusters/agentPools";

export const agentPool: ArmKind = {
  token: "azure-native:containerservice:AgentPool",
  armType,
  apiVersion: "2025-09-01",
  provisioning: { creating: "Creating" },
  etag: "eTag",
  operations: operations(armType),
  required: ["resourceGroupName", "resourceName"],
  autoname: { property: "agentPoolName", style: "copy" },
  pathParameters: ["resourceGroupName", "resourceName", "agentPoolName"],
  unknown: ["name", "eTag", "provisioningState", "currentOrchestratorVersion", "nodeImageVersion"],
  // The path parameters and the properties in forceNewMap of the plugin's gen/replacement.go.
  immutable: ["resourceGroupName", "resourceName", "agentPoolName", "vmSize", "gpuInstanceProfile"],
  unordered: ["availabilityZones"],
  check: (inputs) => nameFailures(inputs, "agentPoolName", poolNameRule),
  identify: ({ inputs, scope, view }) => {
    const id = armId(scope, inputs, armType, text(inputs, "resourceName"), text(inputs, "agentPoolName"));
    return identity(id, view.find(parentKeyOf(id))?.location ?? "");
  },
  parent: (draft) => parentReference(draft, armType),
  references: ({ id, inputs }) => poolReferences(id, inputs),
  locks: ({ id }) => [parentKeyOf(id)],
  conflict: operationConflict,
  *validate(draft) {
    const { inputs, id, view, location, previous } = draft;
    const cluster = view.find(parentKeyOf(id));
    if (cluster !== undefined && view.state(cluster) !== "Succeeded") {
      yield operationNotAllowed(`operation (${view.state(cluster)})`);
    }
    yield* poolFindings(inputs, text(inputs, "agentPoolName"), location);
    yield* networkFindings(draft, cluster);
    const version = stringAt(inputs, "orchestratorVersion");
    const newest = cluster === undefined ? undefined : stringAt(cluster.inputs, "kubernetesVersion");
    if (version !== undefined && newest !== undefined && minorOf(version) > minorOf(newest)) {
      yield new CloudError(
        400,
        "NodePoolMcVersionIncompatible",
        `Node pool version ${version} and control plane version ${newest} are incompatible. Minor version of node ` +
          "pool version cannot be bigger than control plane version.",
      );
    }
    if (previous !== undefined) {
      yield* changeFindings(previous.inputs, inputs);
    }
  },
  refuseDeletion: (resource, view) => {
    const isLast =
      stringAt(resource.inputs, "mode") === "System" &&
      !view
        .children(parentKeyOf(resource.id))
        .some(
          (other) =>
            other.type === agentPool.token &&
            other.key !== resource.key &&
            stringAt(other.inputs, "mode") === "System",
        );
    return isLast
      ? new CloudError(
          400,
          "OperationNotAllowed",
          "There has to be at least one system agent pool. The last system agent pool cannot be deleted.",
        )
      : undefined;
  },
  computed: ({ previous, id, view }) =>
    previous?.computed ?? { createdVersion: versionOf(view.find(parentKeyOf(id))) },
  outputs: (resource, view) => ({ createdVersion: null, ...poolOutputs(resource, view) }),
};

/** The refusal of a request to a cluster or an agent pool while an operation on the holder is under way. */
export function operationConflict(holder: Resource): CloudError {
  const gerund = { create: "Creating", update: "Updating", delete: "Deleting" }[holder.operation.kind];
  return operationNotAllowed(
    holder.type === agentPool.token
      ? `agentpool operation (${holder.name} - ${gerund})`
      : `operation (${gerund})`,
  );
}

/** The agent pool resource that AKS creates for a profile in a cluster's `agentPoolProfiles`. */
export function inlinePool(cluster: Draft, profile: PropertyMap) {
  const id = `${cluster.id}/agentPools/${text(profile, "name")}`;
  return {
    ...identity(id, cluster.location),
    type: agentPool.token,
    inputs: {
      ...without(profile, ["name"]),
      agentPoolName: text(profile, "name"),
      resourceName: cluster.name,
      resourceGroupName: text(cluster.inputs, "resourceGroupName"),
    },
    computed: { createdVersion: versionOf(cluster) },
    references: [...poolReferences(cluster.id, profile)].map(({ key }) => key),
  };
}

/** All pools of a cluster, by name. */
export function poolsOf(clusterKey: string, view: View): readonly Resource[] {
  return view
    .children(clusterKey)
    .filter(({ type }) => type === agentPool.token)
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

/** The Kubernetes version of a cluster as its inputs give it. */
function versionOf(cluster: Pick<Resource, "inputs"> | undefined): string {
  return stringAt(cluster?.inputs ?? {}, "kubernetesVersion") ?? defaultVersion;
}

/**
 * The Kubernetes version of a pool: the version that was asked for, or else the version that the cluster had when the
 * pool was created. A pool keeps its version when only the cluster is upgraded.
 */
export function poolVersion({ inputs, computed }: Pick<Resource, "inputs" | "computed">): string {
  return stringAt(inputs, "orchestratorVersion") ?? stringAt(computed, "createdVersion") ?? defaultVersion;
}

/** The outputs of an agent pool, both as a resource and in the list of its cluster. */
export function poolOutputs(pool: Resource, view: View): PropertyMap {
  const { inputs } = pool;
  return {
    count: inputs.count ?? 1,
    osType: inputs.osType ?? "Linux",
    osSKU: inputs.osSKU ?? "Ubuntu",
    osDiskType: inputs.osDiskType ?? "Managed",
    osDiskSizeGB: inputs.osDiskSizeGB ?? 128,
    maxPods: inputs.maxPods ?? 250,
    mode: inputs.mode ?? "User",
    type: inputs.type ?? "VirtualMachineScaleSets",
    orchestratorVersion: poolVersion(pool),
    currentOrchestratorVersion: patchVersion(poolVersion(pool)) ?? null,
    powerState: { code: "Running" },
    provisioningState: view.state(pool),
  };
}

/** The rules that apply both to an agent pool resource and to a profile in a cluster. */
export function* poolFindings(inputs: PropertyMap, name: string, location: string): Generator<CloudError> {
  if (!poolNameRule.pattern.test(name)) {
    yield invalidParameter(
      `The value of parameter agentPool.name is invalid: '${name}'. A Linux agent pool's name has 1 to 12 lowercase ` +
        "letters and digits and begins with a letter. See https://aka.ms/aks-naming-rules for more details.",
    );
  }
  const size = stringAt(inputs, "vmSize");
  if (size !== undefined && !isVmSize(size)) {
    yield vmSizeNotAllowed(size, location);
  }
  const version = stringAt(inputs, "orchestratorVersion");
  if (version !== undefined && patchVersion(version) === undefined) {
    yield unsupportedVersion(version, location);
  }
  yield* zoneFindings(stringsAt(inputs, "availabilityZones"), location, name);
  yield* countFindings(inputs, name);
}

export function* poolReferences(id: string, inputs: PropertyMap): Generator<Reference> {
  for (const property of ["vnetSubnetID", "podSubnetID"]) {
    const subnet = stringAt(inputs, property);
    if (subnet !== undefined) {
      yield referenceTo(subnet, id);
    }
  }
}

function* countFindings(inputs: PropertyMap, name: string): Generator<CloudError> {
  const count = numberAt(inputs, "count") ?? 1;
  const isSystem = stringAt(inputs, "mode") === "System";
  // https://learn.microsoft.com/azure/aks/quotas-skus-regions#service-quotas-and-limits
  if (!Number.isInteger(count) || count > 1000 || count < (isSystem ? 1 : 0)) {
    yield invalidParameter(
      `The value of parameter agentPool.count of '${name}' is invalid: ${count}. It goes from ${isSystem ? 1 : 0} to ` +
        `1000 for a ${isSystem ? "system" : "user"} node pool.`,
    );
  }
  if (booleanAt(inputs, "enableAutoScaling") === true) {
    const minimum = numberAt(inputs, "minCount");
    const maximum = numberAt(inputs, "maxCount");
    if (
      minimum === undefined ||
      maximum === undefined ||
      minimum > maximum ||
      count < minimum ||
      count > maximum
    ) {
      yield invalidParameter(
        `Agent pool '${name}' has auto scaling on: minCount (${minimum}) <= count (${count}) <= maxCount (${maximum}) ` +
          "must hold.",
      );
    }
  } else if (isGiven(inputs, "minCount") || isGiven(inputs, "maxCount")) {
    yield invalidParameter(
      `Agent pool '${name}': minCount and maxCount can be set only when enableAutoScaling is true.`,
    );
  }
}

function* networkFindings({ inputs, id }: Draft, cluster: Resource | undefined): Generator<CloudError> {
  const poolSubnet = stringAt(inputs, "vnetSubnetID");
  const clusterSubnet = cluster?.references.find((key) => key.includes("/virtualnetworks/"));
  if (
    poolSubnet !== undefined &&
    clusterSubnet !== undefined &&
    parentKeyOf(poolSubnet) !== parentKeyOf(clusterSubnet)
  ) {
    yield invalidParameter(
      `All agent pools of a cluster have to be in one virtual network; ${id} is in ${poolSubnet}, the cluster in ${clusterSubnet}.`,
    );
  }
}

/**
 * The refusals of an update of a cluster that concern its pools.
 *
 * Sources: https://github.com/Azure/AKS/issues/4383 (new pool), https://github.com/Azure/AKS/issues/4765 and
 * https://github.com/Azure/ARO-HCP/pull/662 (versions; pools that the update does not list count as unspecified).
 */
export function* profileChangeFindings(
  profiles: readonly PropertyMap[],
  pools: readonly Resource[],
  clusterVersion: string,
): Generator<CloudError> {
  const profileOf = (pool: Resource) => profiles.find((profile) => profile.name === pool.name);
  if (profiles.some((profile) => !pools.some((pool) => pool.name === profile.name))) {
    yield new CloudError(
      400,
      "BadRequest",
      "A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed " +
        "cluster operations. For agent pool specific change, please use per agent pool operations: " +
        "https://aka.ms/agent-pool-rest-api",
    );
  }
  const versions = pools.map((pool) => ({
    pool,
    asked: stringAt(profileOf(pool) ?? {}, "orchestratorVersion"),
  }));
  const specified = versions.filter(({ asked }) => asked !== undefined);
  if (
    specified.length > 0 &&
    (specified.length < versions.length ||
      specified.some(({ pool, asked }) => asked !== poolVersion(pool) && asked !== clusterVersion))
  ) {
    yield new CloudError(
      400,
      "NotAllAgentPoolOrchestratorVersionSpecifiedAndUnchanged",
      "Using managed cluster api, all Agent pools' OrchestratorVersion must be all specified or all unspecified. If " +
        "all specified, they must be stay unchanged or the same with control plane. For agent pool specific change, " +
        "please use per agent pool operations: https://aka.ms/agent-pool-rest-api",
    );
  }
  for (const pool of pools) {
    const profile = profileOf(pool);
    if (profile !== undefined) {
      yield* changeFindings(pool.inputs, profile);
      if (pool.inputs.vmSize !== profile.vmSize) {
        yield propertyChangeNotAllowed("vmSize");
      }
    }
  }
}

/** Properties that AKS does not change after the creation of a pool: https://learn.microsoft.com/rest/api/aks/agent-pools/create-or-update */
function* changeFindings(before: PropertyMap, after: PropertyMap): Generator<CloudError> {
  for (const property of [
    "osDiskSizeGB",
    "osDiskType",
    "osType",
    "maxPods",
    "vnetSubnetID",
    "podSubnetID",
    "type",
    "availabilityZones",
    "enableNodePublicIP",
    "scaleSetPriority",
    "kubeletDiskType",
  ]) {
    if (JSON.stringify(before[property] ?? null) !== JSON.stringify(after[property] ?? null)) {
      yield propertyChangeNotAllowed(property);
    }
  }
}

function propertyChangeNotAllowed(property: string): CloudError {
  return new CloudError(
    400,
    "PropertyChangeNotAllowed",
    `Changing property 'properties.${property}' is not allowed.`,
  );
}

function minorOf(version: string): number {
  return Number(version.split(".")[1] ?? 0);
}
