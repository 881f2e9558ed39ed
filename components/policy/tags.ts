import { AWS_TAG_NAMES, AZURE_TAG_NAMES } from "../naming";
import type { PolicyResource, ResourceRule } from "./rule";
import { fields, isUnknown, text } from "./values";

/** Costs are told apart by tags, and what a killed run has left on AWS is found by its tags. */
export const tags: ResourceRule = {
  code: "POLICY_UNTAGGED_RESOURCE",
  description: "Every resource of a cloud that can have tags names its network and its region in them.",
  ofResource: (resource) => {
    const required = requiredTags(resource.type);
    if (required === undefined || isUnknown(resource.properties.tags)) {
      return [];
    }
    const present = tagsOf(resource);
    const missing = required.filter((tag) => present[tag] === undefined);
    return missing.length === 0
      ? []
      : [
          {
            problem: `lacks the ${missing.length === 1 ? "tag" : "tags"} ${missing.join(", ")}`,
            next: "Give the resource the tags of its region (azureTags and awsTags in components/naming.ts).",
          },
        ];
  },
};

/** The tags that a resource must have; undefined if its cloud gives resources of the type no tags. */
function requiredTags(type: string): readonly string[] | undefined {
  if (UNTAGGABLE.has(type)) {
    return undefined;
  }
  return type.startsWith("azure-native:")
    ? AZURE_TAG_NAMES
    : type.startsWith("aws:")
      ? AWS_TAG_NAMES
      : undefined;
}

/**
 * The types of resources of this program that have no tags in the SDKs. A type that is not listed must have tags, so that a new
 * type is not forgotten.
 */
export const UNTAGGABLE: ReadonlySet<string> = new Set([
  "azure-native:authorization:RoleAssignment",
  "azure-native:managedidentity:FederatedIdentityCredential",
  "azure-native:network:Subnet",
  "aws:ec2/routeTableAssociation:RouteTableAssociation",
  "aws:eks/accessPolicyAssociation:AccessPolicyAssociation",
  "aws:iam/rolePolicy:RolePolicy",
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
  "aws:secretsmanager/secretVersion:SecretVersion",
]);

/** The tags of a resource, with those that its provider gives to every resource of AWS. */
function tagsOf({ properties, provider }: PolicyResource): Readonly<Record<string, unknown>> {
  return { ...fields(parsed(provider?.defaultTags).tags), ...fields(properties.tags) };
}

/** A provider's structured inputs are JSON. */
function parsed(value: unknown): Readonly<Record<string, unknown>> {
  const json = text(value);
  try {
    return fields(json === undefined ? value : JSON.parse(json));
  } catch {
    return {};
  }
}
