import type { ResourceType, TagSpecification } from "@aws-sdk/client-ec2";

/** The tag specifications that give the same tags to several types of resources. */
export function tagSpecifications(
  tags: Readonly<Record<string, string>>,
  types: readonly ResourceType[],
): TagSpecification[] {
  const Tags = Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
  return types.map((ResourceType) => ({ ResourceType, Tags }));
}

/** The filters that find exactly the resources with these tags. */
export function tagFilters(
  tags: Readonly<Record<string, string>>,
): { readonly Name: string; readonly Values: string[] }[] {
  return Object.entries(tags).map(([key, value]) => ({ Name: `tag:${key}`, Values: [value] }));
}
