import type { PropertyMap } from "../../plugin/values";
import { CloudError } from "../engine/resources/errors";
import type { Draft } from "../engine/resources/kind";
import { numberAt, stringAt, stringsAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import type { Resource } from "../engine/resources/store";
import { instanceFindings } from "./account/quotas";
import { type AwsKind, findEc2, identity, keyOf, text } from "./api";
import {
  activeFindings,
  clusterReference,
  defaultVersion,
  invalid,
  roleFindings,
  subnetReference,
} from "./eks";
import { launchTemplateReference, templateInstanceType } from "./launchtemplate";

const status: NonNullable<AwsKind["status"]> = {
  Creating: "CREATING",
  Updating: "UPDATING",
  Deleting: "DELETING",
  Succeeded: "ACTIVE",
  Failed: "CREATE_FAILED",
};

export const nodeGroup: AwsKind = {
  token: "aws:eks/nodeGroup:NodeGroup",
  space: "eks/nodegroup",
  title: "EKS Node Group",
  taggable: true,
  operations: {
    create: "eks:CreateNodegroup",
    read: "eks:DescribeNodegroup",
    update: "eks:UpdateNodegroupConfig",
    delete: "eks:DeleteNodegroup",
  },
  status,
  required: ["clusterName", "nodeRoleArn", "scalingConfig", "subnetIds"],
  autoname: { property: "nodeGroupName", style: "random", maximumLength: 63 },
  unknown: [
    "arn",
    "status",
    "resources",
    "version",
    "releaseVersion",
    "amiType",
    "diskSize",
    "instanceTypes",
  ],
  // Properties that UpdateNodegroupConfig does not accept:
  // https://docs.aws.amazon.com/eks/latest/APIReference/API_UpdateNodegroupConfig.html
  immutable: [
    "clusterName",
    "nodeGroupName",
    "nodeGroupNamePrefix",
    "nodeRoleArn",
    "subnetIds",
    "region",
    "amiType",
    "capacityType",
    "diskSize",
    "instanceTypes",
    "remoteAccess",
  ],
  unordered: ["subnetIds", "taints"],
  identify: ({ inputs, scope }) => {
    const name = text(inputs, "nodeGroupName");
    return identity("eks/nodegroup", scope, `${text(inputs, "clusterName")}:${name}`, name);
  },
  exists: ({ name }) =>
    new CloudError(409, "ResourceInUseException", `NodeGroup already exists with name ${name}`, {
      final: true,
    }),
  *references(draft) {
    yield clusterReference(draft);
    for (const id of stringsAt(draft.inputs, "subnetIds")) {
      yield subnetReference(draft, id);
    }
    const template = stringAt(draft.inputs, "launchTemplate.id");
    if (template !== undefined) {
      yield launchTemplateReference(draft, template);
    }
  },
  *validate(draft) {
    const { inputs, name, scope, view } = draft;
    yield* activeFindings(draft);
    if (!/^[0-9A-Za-z][A-Za-z0-9_-]{0,62}$/.test(name)) {
      yield invalid(
        `The nodegroup name '${name}' has to be 1 to 63 letters, digits, hyphens and underscores.`,
      );
    }
    yield* roleFindings(text(inputs, "nodeRoleArn"), "ec2.amazonaws.com", draft);
    const sizes = ["minSize", "desiredSize", "maxSize"].map((size) =>
      numberAt(inputs, `scalingConfig.${size}`),
    );
    const [minimum = -1, desired = -1, maximum = -1] = sizes;
    if (minimum < 0 || maximum < 1 || minimum > desired || desired > maximum) {
      yield invalid(
        `minimum capacity ${sizes[0]}, desired capacity ${sizes[1]} and maximum capacity ${sizes[2]}: desired must be ` +
          "between minimum and maximum, and maximum at least 1",
      );
    }
    const ofTemplate = templateInstanceType(draft);
    const types = stringsAt(inputs, "instanceTypes");
    if (ofTemplate !== undefined && types.length > 0) {
      // https://github.com/terraform-aws-modules/terraform-aws-eks/issues/1386
      yield new CloudError(
        400,
        "InvalidRequestException",
        "Cannot specify instance types in launch template and API Request",
      );
    }
    for (const type of [...types, ...(ofTemplate === undefined ? [] : [ofTemplate])]) {
      // https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
      if (!/^[a-z]+[0-9]+[a-z0-9-]*\.(nano|micro|small|medium|large|\d*xlarge|metal(-\d+xl)?)$/.test(type)) {
        yield invalid(`The following supplied instance types do not exist: [${type}]`);
      }
    }
    const namedCluster = view.find(keyOf("eks/cluster", scope, text(inputs, "clusterName")));
    yield* versionFindings(draft, namedCluster);
    yield* instanceFindings({ ...draft, type: types[0] ?? ofTemplate ?? "t3.medium" });
    const clusterVpc = namedCluster?.computed.vpcId;
    for (const id of stringsAt(inputs, "subnetIds")) {
      if (clusterVpc !== undefined && findEc2(view, scope, id)?.inputs.vpcId !== clusterVpc) {
        yield invalid(`Subnet ${id} is not in the VPC of the cluster (${clusterVpc})`);
      }
    }
  },
  computed: (draft) => ({
    ...computedAtCreation(draft),
    // An update gives the group the newest version of its launch template.
    templateInstanceType: templateInstanceType(draft) ?? null,
  }),
  outputs: ({ inputs, computed }) => ({
    templateInstanceType: null,
    amiType: inputs.amiType ?? "AL2023_x86_64_STANDARD",
    capacityType: inputs.capacityType ?? "ON_DEMAND",
    diskSize: inputs.diskSize ?? 20,
    // A group whose template names the type has no types of its own:
    // https://docs.aws.amazon.com/eks/latest/APIReference/API_Nodegroup.html
    instanceTypes: inputs.instanceTypes ?? (computed.templateInstanceType == null ? ["t3.medium"] : null),
    version: inputs.version ?? computed.version ?? null,
    releaseVersion:
      inputs.releaseVersion ?? `${stringAt(inputs, "version") ?? String(computed.version)}.0-20261101`,
  }),
};

function computedAtCreation({ inputs, name, scope, unique, view, previous }: Draft): PropertyMap {
  return (
    previous?.computed ?? {
      // A group keeps the version with which it was created until it is told another.
      version: clusterVersion(view.find(keyOf("eks/cluster", scope, text(inputs, "clusterName")))),
      arn: `arn:aws:eks:${scope.region}:${scope.account}:nodegroup/${text(inputs, "clusterName")}/${name}/${hex(8, unique, "arn")}`,
      resources: [{ autoscalingGroups: [{ name: `eks-${name}-${hex(8, unique, "group")}` }] }],
    }
  );
}

function clusterVersion(namedCluster: Resource | undefined): string {
  return stringAt(namedCluster?.inputs ?? {}, "version") ?? defaultVersion;
}

/**
 * Refuses a node group that is newer than its control plane, or that goes back to an older version.
 * https://docs.aws.amazon.com/eks/latest/userguide/update-managed-node-group.html
 */
function* versionFindings(
  { inputs, previous }: Draft,
  namedCluster: Resource | undefined,
): Generator<CloudError> {
  const version = stringAt(inputs, "version");
  const controlPlane = clusterVersion(namedCluster);
  if (version !== undefined && minorOf(version) > minorOf(controlPlane)) {
    yield invalid(
      `Requested Kubernetes version ${version} of the nodegroup is not valid for kubernetes version ${controlPlane} ` +
        "of the cluster's control plane.",
    );
  }
  const current = stringAt(previous?.inputs ?? {}, "version") ?? String(previous?.computed.version ?? "");
  if (version !== undefined && previous !== undefined && minorOf(version) < minorOf(current)) {
    yield invalid(`Nodegroup version ${current} can not be downgraded to ${version}.`);
  }
}

function minorOf(version: string): number {
  return Number(version.split(".")[1]);
}

export const podIdentityAssociation: AwsKind = {
  token: "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  space: "eks/podidentity",
  title: "EKS Pod Identity Association",
  taggable: true,
  operations: {
    create: "eks:CreatePodIdentityAssociation",
    read: "eks:DescribePodIdentityAssociation",
    update: "eks:UpdatePodIdentityAssociation",
    delete: "eks:DeletePodIdentityAssociation",
  },
  required: ["clusterName", "namespace", "roleArn", "serviceAccount"],
  unknown: ["associationArn", "associationId", "externalId"],
  immutable: ["clusterName", "namespace", "serviceAccount", "region"],
  identify: ({ scope, unique }) => identity("eks/podidentity", scope, `a-${unique.slice(0, 17)}`),
  // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/eks_pod_identity_association#import
  importedId: (id) => {
    const [, association] = /^[^,]+,(.+)$/.exec(id) ?? [];
    if (association === undefined) {
      throw new Error(`unexpected format for ID (${id}), expected cluster-name,association-id`);
    }
    return association;
  },
  parent: clusterReference,
  *validate(draft) {
    const { inputs, view, scope, key } = draft;
    yield* activeFindings(draft);
    yield* roleFindings(text(inputs, "roleArn"), "pods.eks.amazonaws.com", draft);
    const duplicate = view
      .children(keyOf("eks/cluster", scope, text(inputs, "clusterName")))
      .find(
        (other) =>
          other.type === podIdentityAssociation.token &&
          other.key !== key &&
          other.inputs.namespace === inputs.namespace &&
          other.inputs.serviceAccount === inputs.serviceAccount,
      );
    if (duplicate !== undefined) {
      yield new CloudError(
        409,
        "ResourceInUseException",
        `Association already exists: ${duplicate.id} for ${text(inputs, "namespace")}/${text(inputs, "serviceAccount")}`,
        { final: true },
      );
    }
  },
  computed: ({ id, inputs, scope, previous }) =>
    previous?.computed ?? {
      associationId: id,
      associationArn: `arn:aws:eks:${scope.region}:${scope.account}:podidentityassociation/${text(inputs, "clusterName")}/${id}`,
    },
};
