import { CloudError } from "../engine/resources/errors";
import type { View } from "../engine/resources/kind";
import { stringAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import type { Resource } from "../engine/resources/store";
import { type AwsKind, identity, keyOf, text } from "./api";
import { activeFindings, clusterReference, invalid } from "./eks";

export const accessEntry: AwsKind = {
  token: "aws:eks/accessEntry:AccessEntry",
  space: "eks/accessentry",
  title: "EKS Access Entry",
  taggable: true,
  operations: {
    create: "eks:CreateAccessEntry",
    read: "eks:DescribeAccessEntry",
    update: "eks:UpdateAccessEntry",
    delete: "eks:DeleteAccessEntry",
  },
  required: ["clusterName", "principalArn"],
  defaults: { type: "STANDARD" },
  unknown: ["accessEntryArn", "createdAt", "modifiedAt", "userName", "kubernetesGroups"],
  immutable: ["clusterName", "principalArn", "type", "region"],
  identify: ({ inputs, scope }) => {
    const principal = text(inputs, "principalArn");
    return identity("eks/accessentry", scope, `${text(inputs, "clusterName")}:${principal}`, principal);
  },
  exists: () =>
    new CloudError(
      409,
      "ResourceInUseException",
      "The specified access entry resource is already in use on this cluster.",
      { final: true },
    ),
  parent: clusterReference,
  *validate(draft) {
    yield* activeFindings(draft);
    const { inputs, view, scope } = draft;
    const principal = text(inputs, "principalArn");
    // https://docs.aws.amazon.com/eks/latest/userguide/creating-access-entries.html
    if (!/^arn:aws[a-z-]*:iam::\d{12}:(user|role)\/.+$/.test(principal)) {
      yield invalid(`The specified principalArn is invalid: invalid principal.`);
    }
    const cluster = view.find(keyOf("eks/cluster", scope, text(inputs, "clusterName")));
    if (stringAt(cluster?.inputs ?? {}, "accessConfig.authenticationMode") === "CONFIG_MAP") {
      yield new CloudError(
        400,
        "InvalidRequestException",
        "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
      );
    }
  },
  computed: ({ inputs, scope, unique, previous }) =>
    previous?.computed ?? {
      accessEntryArn:
        `arn:aws:eks:${scope.region}:${scope.account}:access-entry/${text(inputs, "clusterName")}/` +
        `${hex(32, unique, "arn")}`,
    },
  outputs: ({ inputs, createdAt, operation }) => ({
    createdAt,
    modifiedAt: new Date(operation.since).toISOString(),
    userName: inputs.userName ?? inputs.principalArn ?? null,
    kubernetesGroups: inputs.kubernetesGroups ?? [],
  }),
};

export const accessPolicyAssociation: AwsKind = {
  token: "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  space: "eks/accesspolicy",
  title: "EKS Access Policy Association",
  taggable: false,
  operations: {
    create: "eks:AssociateAccessPolicy",
    read: "eks:ListAssociatedAccessPolicies",
    update: "eks:AssociateAccessPolicy",
    delete: "eks:DisassociateAccessPolicy",
  },
  repeatable: true,
  required: ["accessScope", "clusterName", "policyArn", "principalArn"],
  unknown: ["associatedAt", "modifiedAt"],
  immutable: ["clusterName", "policyArn", "principalArn", "region"],
  identify: ({ inputs, scope }) => {
    const names = ["clusterName", "principalArn", "policyArn"].map((property) => text(inputs, property));
    return identity("eks/accesspolicy", scope, names.join("#"));
  },
  parent: ({ inputs, scope }) => {
    const id = `${text(inputs, "clusterName")}:${text(inputs, "principalArn")}`;
    return {
      key: keyOf("eks/accessentry", scope, id),
      missing: new CloudError(
        404,
        "ResourceNotFoundException",
        `The specified principalArn could not be found. You can view your available access entries with 'list-access-entries'.`,
      ),
    };
  },
  *validate({ inputs }) {
    // https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
    const policy = text(inputs, "policyArn");
    if (!/^arn:aws:eks::aws:cluster-access-policy\/AmazonEKS\w+Policy$/.test(policy)) {
      yield invalid(`The specified policyArn is invalid: ${policy}`);
    }
    const scopeType = stringAt(inputs, "accessScope.type");
    if (scopeType !== "cluster" && scopeType !== "namespace") {
      yield invalid("The accessScope type must be cluster or namespace.");
    }
  },
  outputs: ({ createdAt, operation }) => ({
    associatedAt: createdAt,
    modifiedAt: new Date(operation.since).toISOString(),
  }),
};

/**
 * True if the Kubernetes API of a cluster accepts a principal's tokens for everything that the program does: the principal
 * has an access entry with the policy of administrators, or created the cluster with rights for its creator.
 *
 * `bootstrapClusterCreatorAdminPermissions` defaults to true in the API and in the plugin:
 * https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateAccessConfigRequest.html
 */
export function isAdministrator(principal: string, cluster: Resource, view: View): boolean {
  const access = cluster.inputs.accessConfig;
  const creatorHasRights =
    typeof access !== "object" ||
    access === null ||
    !("bootstrapClusterCreatorAdminPermissions" in access) ||
    access.bootstrapClusterCreatorAdminPermissions === true;
  const entries = view.children(cluster.key).filter(({ type }) => type === accessEntry.token);
  const hasEntry = entries
    .filter((entry) => entry.inputs.principalArn === principal)
    .flatMap((entry) => view.children(entry.key))
    .some(({ inputs }) => text(inputs, "policyArn").endsWith("/AmazonEKSClusterAdminPolicy"));
  return creatorHasRights || hasEntry;
}
