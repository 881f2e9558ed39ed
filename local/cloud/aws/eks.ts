import type { PropertyMap } from "../../plugin/values";
import { contains, overlap, parseRange, prefixLength } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Reference } from "../engine/resources/kind";
import { objectAt, stringAt, stringsAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import { zonesOf, zonesWithoutEks } from "./account/regions";
import { type AwsKind, ec2Reference, findEc2, identity, keyOf, roleOf, text, trusts } from "./api";

/**
 * The Kubernetes minor versions of EKS, oldest first, each with the end of its standard and of its extended support.
 * https://docs.aws.amazon.com/eks/latest/userguide/kubernetes-versions.html
 */
const versions: Readonly<Record<string, { readonly standard: string; readonly extended: string }>> = {
  "1.32": { standard: "2026-03-23", extended: "2027-03-23" },
  "1.33": { standard: "2026-07-29", extended: "2027-07-29" },
  "1.34": { standard: "2026-12-02", extended: "2027-12-02" },
  "1.35": { standard: "2027-03-27", extended: "2028-03-27" },
  "1.36": { standard: "2027-08-02", extended: "2028-08-02" },
};
const versionNames = Object.keys(versions);

/**
 * True if a cluster can be taken to a version today. EKS offers a version until the end of its extended support, which
 * costs six times as much; the simulation wants `upgradePolicy` to order such support.
 */
function isOffered(version: string, inputs: PropertyMap): boolean {
  const ends = versions[version];
  const end = stringAt(inputs, "upgradePolicy.supportType") === "EXTENDED" ? ends?.extended : ends?.standard;
  return end !== undefined && new Date().toISOString().slice(0, 10) <= end;
}

/** The Kubernetes version of a cluster or a node group whose inputs set no version. */
export const defaultVersion = "1.35";

export const cluster: AwsKind = {
  token: "aws:eks/cluster:Cluster",
  space: "eks/cluster",
  title: "EKS Cluster",
  taggable: true,
  operations: {
    create: "eks:CreateCluster",
    read: "eks:DescribeCluster",
    update: "eks:UpdateClusterConfig",
    delete: "eks:DeleteCluster",
  },
  status: {
    Creating: "CREATING",
    Updating: "UPDATING",
    Deleting: "DELETING",
    Succeeded: "ACTIVE",
    Failed: "FAILED",
  },
  required: ["roleArn", "vpcConfig", "vpcConfig.subnetIds"],
  autoname: { property: "name", style: "random", maximumLength: 100 },
  defaults: { bootstrapSelfManagedAddons: true },
  unknown: [
    "arn",
    "certificateAuthority",
    "clusterId",
    "createdAt",
    "endpoint",
    "identities",
    "platformVersion",
    "status",
    "version",
    "accessConfig",
    "kubernetesNetworkConfig",
    "upgradePolicy",
    "vpcConfig.clusterSecurityGroupId",
    "vpcConfig.vpcId",
  ],
  immutable: [
    "name",
    "region",
    "roleArn",
    "bootstrapSelfManagedAddons",
    "encryptionConfig",
    "kubernetesNetworkConfig.serviceIpv4Cidr",
    "kubernetesNetworkConfig.ipFamily",
    "accessConfig.bootstrapClusterCreatorAdminPermissions",
  ],
  unordered: [
    "vpcConfig.subnetIds",
    "vpcConfig.securityGroupIds",
    "vpcConfig.publicAccessCidrs",
    "enabledClusterLogTypes",
  ],
  identify: ({ inputs, scope }) => identity("eks/cluster", scope, text(inputs, "name")),
  exists: ({ name }) =>
    new CloudError(409, "ResourceInUseException", `Cluster already exists with name: ${name}`, {
      final: true,
    }),
  *references(draft) {
    for (const id of stringsAt(draft.inputs, "vpcConfig.subnetIds")) {
      yield subnetReference(draft, id);
    }
    for (const id of stringsAt(draft.inputs, "vpcConfig.securityGroupIds")) {
      yield ec2Reference(draft, id, "InvalidParameterException", "security group");
    }
  },
  *validate(draft) {
    const { inputs, name, scope, view, previous } = draft;
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
    if (!/^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$/.test(name)) {
      yield invalid(
        "The cluster name should contain only alphanumeric characters, hyphens and underscores, 1 to 100.",
      );
    }
    const version = stringAt(inputs, "version");
    const previousVersion =
      previous === undefined ? undefined : (stringAt(previous.inputs, "version") ?? defaultVersion);
    if (version !== undefined && version !== previousVersion && !isOffered(version, inputs)) {
      const offered = versionNames.filter((name) => isOffered(name, inputs));
      yield invalid(`unsupported Kubernetes version ${version}; supported: ${offered.join(", ")}`);
    }
    if (version !== undefined && previousVersion !== undefined) {
      const step = versionNames.indexOf(version) - versionNames.indexOf(previousVersion);
      if (step < 0 || step > 1) {
        yield invalid(`Unsupported Kubernetes minor version update from ${previousVersion} to ${version}`);
      }
    }
    yield* roleFindings(text(inputs, "roleArn"), "eks.amazonaws.com", draft);
    const subnets = stringsAt(inputs, "vpcConfig.subnetIds").flatMap((id) => findEc2(view, scope, id) ?? []);
    const zones = new Set(subnets.map(({ computed }) => String(computed.availabilityZone)));
    if (zones.size < 2) {
      yield invalid("Subnets specified must be in at least two different AZs");
    }
    const supported = zonesOf(scope.account, scope.region).filter(({ id }) => !zonesWithoutEks.includes(id));
    for (const zone of [...zones].filter((name) => !supported.some((one) => one.name === name))) {
      yield new CloudError(
        400,
        "UnsupportedAvailabilityZoneException",
        `Cannot create cluster '${name}' because ${zone}, the targeted availability zone, does not currently have ` +
          "sufficient capacity to support the cluster. Retry and choose from these availability zones: " +
          supported.map((one) => one.name).join(", "),
      );
    }
    if (new Set(subnets.map((subnet) => subnet.inputs.vpcId)).size > 1) {
      yield invalid("Subnets specified must be in the same VPC");
    }
    yield* serviceRangeFindings(inputs, subnets);
  },
  computed: ({ inputs, name, scope, unique, view, previous }) => {
    const subnetId = stringsAt(inputs, "vpcConfig.subnetIds")[0] ?? "";
    return (
      previous?.computed ?? {
        arn: `arn:aws:eks:${scope.region}:${scope.account}:cluster/${name}`,
        issuer: `https://oidc.eks.${scope.region}.amazonaws.com/id/${hex(32, unique, "issuer").toUpperCase()}`,
        vpcId: findEc2(view, scope, subnetId)?.inputs.vpcId ?? null,
        clusterSecurityGroupId: `sg-${hex(17, unique, "cluster")}`,
      }
    );
  },
  outputs: (resource, view) => {
    const { inputs, computed } = resource;
    const isCreated = view.state(resource) !== "Creating";
    return {
      // These computed values are internal to the simulation; the outputs below present them as EKS does.
      issuer: null,
      vpcId: null,
      clusterSecurityGroupId: null,
      createdAt: resource.createdAt,
      version: inputs.version ?? defaultVersion,
      platformVersion: "eks.1",
      ...(isCreated
        ? {
            endpoint: view.kubernetes.server,
            certificateAuthority: { data: view.kubernetes.authority() },
            identities: [{ oidcs: [{ issuer: computed.issuer ?? null }] }],
          }
        : {}),
      vpcConfig: {
        endpointPrivateAccess: false,
        endpointPublicAccess: true,
        publicAccessCidrs: ["0.0.0.0/0"],
        ...objectAt(inputs, "vpcConfig"),
        vpcId: computed.vpcId ?? null,
        clusterSecurityGroupId: computed.clusterSecurityGroupId ?? null,
      },
      accessConfig: {
        authenticationMode: "CONFIG_MAP",
        bootstrapClusterCreatorAdminPermissions: true,
        ...objectAt(inputs, "accessConfig"),
      },
      kubernetesNetworkConfig: {
        ipFamily: "ipv4",
        serviceIpv4Cidr: "172.20.0.0/16",
        ...objectAt(inputs, "kubernetesNetworkConfig"),
      },
      upgradePolicy: inputs.upgradePolicy ?? { supportType: "EXTENDED" },
    };
  },
  inUse: (resource, users) =>
    new CloudError(
      409,
      "ResourceInUseException",
      `Cluster ${resource.name} has nodegroups attached (${users.map(({ name }) => name).join(", ")})`,
    ),
};

/** The cluster that a node group, an add-on or an association names in its inputs. */
export function clusterReference({ inputs, scope }: Pick<Draft, "inputs" | "scope">): Reference {
  const name = text(inputs, "clusterName");
  return {
    key: keyOf("eks/cluster", scope, name),
    missing: new CloudError(404, "ResourceNotFoundException", `No cluster found for name: ${name}.`),
  };
}

/** Refuses a request to a cluster that is not active. */
export function* activeFindings({ inputs, scope, view }: Draft): Generator<CloudError> {
  const namedCluster = view.find(keyOf("eks/cluster", scope, text(inputs, "clusterName")));
  if (namedCluster !== undefined && ["Creating", "Deleting", "Failed"].includes(view.state(namedCluster))) {
    yield new CloudError(
      400,
      "InvalidRequestException",
      `Cluster '${namedCluster.name}' is not in ACTIVE status (${cluster.status?.[view.state(namedCluster)]})`,
      { final: true },
    );
  }
}

/** Refuses a role that does not exist or does not trust the service. */
export function* roleFindings(arn: string, service: string, { view, scope }: Draft): Generator<CloudError> {
  const role = roleOf(arn, view, scope);
  if (role === undefined || !trusts(role, service)) {
    yield invalid(
      `Role with arn: ${arn}, could not be assumed because it does not exist or the trusted entity is not correct ` +
        `(it has to be ${service})`,
    );
  }
}

export function subnetReference(draft: Draft, id: string): Reference {
  const { key } = ec2Reference(draft, id, "", "subnet");
  return { key, missing: invalid(`The subnet ID '${id}' does not exist`) };
}

export function invalid(detail: string): CloudError {
  return new CloudError(400, "InvalidParameterException", detail);
}

function* serviceRangeFindings(
  inputs: PropertyMap,
  subnets: readonly { readonly inputs: PropertyMap }[],
): Generator<CloudError> {
  const range = stringAt(inputs, "kubernetesNetworkConfig.serviceIpv4Cidr");
  if (range === undefined) {
    return;
  }
  // https://docs.aws.amazon.com/eks/latest/APIReference/API_KubernetesNetworkConfigRequest.html
  const isPrivate = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"].some(
    (space) => parseRange(range) !== undefined && contains(space, range),
  );
  if (!isPrivate || prefixLength(range) < 12 || prefixLength(range) > 24) {
    yield invalid(`The specified service CIDR ${range} has to be within a private range, from /12 to /24.`);
  } else if (subnets.some((subnet) => overlap(text(subnet.inputs, "cidrBlock"), range))) {
    yield invalid(`The specified service CIDR ${range} overlaps with the cluster's VPC.`);
  }
}
