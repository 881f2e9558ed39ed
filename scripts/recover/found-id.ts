import type { Identity } from "./identity";
import type { LookupResult } from "./lookup";

/**
 * The id under which a resource that may exist is read, in the format of an import: a read without outputs takes no other.
 *
 * @returns undefined if the clouds did not find the resource, or if the resource is simply created again.
 */
export function foundId(
  identity: Identity,
  { idsByTag, associations }: Pick<LookupResult, "idsByTag" | "associations">,
): string | undefined {
  switch (identity.kind) {
    case "id":
      return identity.id;
    case "tag":
      return idsByTag.get(`${identity.service}/${identity.name}`);
    case "association": {
      // https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/route_table_association#import
      const id = `${identity.subnetId}/${identity.routeTableId}`;
      return associations.has(id) ? id : undefined;
    }
    case "repeatable":
      return undefined;
  }
}
