import { CloudError } from "../engine/resources/errors";
import type { Draft, Reference } from "../engine/resources/kind";
import { stringAt, stringsAt } from "../engine/resources/properties";
import { type AwsKind, ec2Arn, ec2Reference, generatedId, keyOf, text } from "./api";

export const launchTemplate: AwsKind = {
  token: "aws:ec2/launchTemplate:LaunchTemplate",
  space: "ec2",
  title: "EC2 Launch Template",
  taggable: true,
  operations: {
    create: "ec2:CreateLaunchTemplate",
    read: "ec2:DescribeLaunchTemplates",
    update: "ec2:CreateLaunchTemplateVersion",
    delete: "ec2:DeleteLaunchTemplate",
  },
  required: [],
  autoname: { property: "name", style: "random", maximumLength: 128 },
  unknown: ["arn", "latestVersion", "defaultVersion"],
  immutable: ["name", "namePrefix", "region"],
  unordered: ["vpcSecurityGroupIds"],
  identify: generatedId("ec2", "lt"),
  *references(draft) {
    const clusterGroups = new Set(
      draft.view.list("aws:eks/cluster:Cluster").map(({ computed }) => computed.clusterSecurityGroupId),
    );
    // EKS creates a security group for each cluster and deletes the group with the cluster; it is not in the store.
    for (const group of stringsAt(draft.inputs, "vpcSecurityGroupIds").filter(
      (id) => !clusterGroups.has(id),
    )) {
      yield ec2Reference(draft, group, "InvalidGroup.NotFound", "security group");
    }
  },
  *validate({ inputs, view, key }) {
    const name = text(inputs, "name");
    // https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateLaunchTemplate.html
    if (!/^[a-zA-Z0-9().\-/_]{3,128}$/.test(name)) {
      yield new CloudError(
        400,
        "InvalidLaunchTemplateName.MalformedException",
        `A launch template name must be 3 to 128 letters, digits or ( ) . - / _ (here: ${name})`,
      );
    }
    const duplicate = view
      .list(launchTemplate.token)
      .find((other) => other.key !== key && other.inputs.name === name && sameRegion(other.key, key));
    if (duplicate !== undefined) {
      yield new CloudError(
        400,
        "InvalidLaunchTemplateName.AlreadyExistsException",
        `Launch template name already in use: ${name}`,
      );
    }
  },
  // Each change creates a new version; the default version stays the first.
  computed: ({ id, scope, previous }) => ({
    arn: ec2Arn(scope, "launch-template", id),
    latestVersion: Number(previous?.computed.latestVersion ?? 0) + 1,
    defaultVersion: 1,
  }),
};

/** The launch template from which a node group starts its instances. */
export function launchTemplateReference(draft: Pick<Draft, "scope">, id: string): Reference {
  return {
    key: keyOf("ec2", draft.scope, id),
    missing: new CloudError(
      400,
      "InvalidLaunchTemplateId.NotFound",
      `The specified launch template, with template ID ${id}, does not exist.`,
    ),
  };
}

/** The instance type that a node group takes from its launch template, in the template's version at the time of the request. */
export function templateInstanceType({
  inputs,
  scope,
  view,
}: Pick<Draft, "inputs" | "scope" | "view">): string | undefined {
  const id = stringAt(inputs, "launchTemplate.id");
  const template = id === undefined ? undefined : view.find(keyOf("ec2", scope, id));
  return stringAt(template?.inputs ?? {}, "instanceType");
}

/** Keys of EC2 resources in the same account and region differ only in their last part. */
function sameRegion(a: string, b: string): boolean {
  return a.slice(0, a.lastIndexOf(":")) === b.slice(0, b.lastIndexOf(":"));
}
