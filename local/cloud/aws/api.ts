import type { PropertyMap } from "../../plugin/values";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Identification, Identity, Kind, Reference, Scope, View } from "../engine/resources/kind";
import { stringAt } from "../engine/resources/properties";
import type { Resource } from "../engine/resources/store";

/** A kind of AWS resource. */
export interface AwsKind extends Kind {
  /** The namespace in which the kind's ids are unique: `ec2`, `iam/role`, `eks/cluster`. IAM's namespaces are global. */
  readonly space: string;
  /** The kind's name in errors of Terraform's provider: `EC2 VPC` in `creating EC2 VPC`. */
  readonly title: string;
  /** True if resources of this kind can have tags and are therefore found by the tagging API. */
  readonly taggable: boolean;
  /**
   * The id for an id in the format of the importer of Terraform's provider, which an import and a read without a state
   * take; absent if the two are equal. Throws the importer's error if the format or the resource is unknown.
   */
  importedId?(id: string, view: View): string;
  /** The output `status` for each state of a resource; absent for kinds without this output (all but EKS's). */
  readonly status?: Readonly<Record<"Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed", string>>;
}

/** The key of a resource: unique for each account, region and namespace. */
export function keyOf(space: string, scope: Pick<Scope, "account" | "region">, id: string): string {
  const region = space.startsWith("iam/") ? "global" : scope.region;
  return `aws:${scope.account}:${region}:${space}:${id}`;
}

/** Whether a resource belongs to an account. */
export function isIn(account: string, { key }: Pick<Resource, "key">): boolean {
  return key.startsWith(`aws:${account}:`);
}

/** The string at a dotted path; empty if the path has no string. */
export function text(inputs: PropertyMap, path: string): string {
  return stringAt(inputs, path) ?? "";
}

/** `Kind.identify` for ids that EC2 generates: a prefix and 17 hexadecimal digits (`vpc-0a1b…`). */
export function generatedId(space: string, prefix: string): Kind["identify"] {
  return ({ scope, unique }: Identification) => identity(space, scope, `${prefix}-${unique.slice(0, 17)}`);
}

export function identity(space: string, scope: Scope, id: string, name = id): Identity {
  return {
    id,
    key: keyOf(space, scope, id),
    name,
    location: space.startsWith("iam/") ? "global" : scope.region,
  };
}

export function ec2Arn(scope: Scope, type: string, id: string): string {
  return `arn:aws:ec2:${scope.region}:${scope.account}:${type}/${id}`;
}

/**
 * An EC2 resource that the inputs name by its id and that must exist.
 * @param code the error code if the resource does not exist: `InvalidVpcID.NotFound`
 * @param noun the kind of resource in the error: `vpc` in `The vpc ID 'vpc-1' does not exist`
 */
export function ec2Reference(draft: Pick<Draft, "scope">, id: string, code: string, noun: string): Reference {
  return {
    key: keyOf("ec2", draft.scope, id),
    missing: new CloudError(400, code, `The ${noun} ID '${id}' does not exist`),
  };
}

export function findEc2(view: View, scope: Scope, id: string): Resource | undefined {
  return view.find(keyOf("ec2", scope, id));
}

export function dependencyViolation(detail: string): CloudError {
  return new CloudError(400, "DependencyViolation", detail);
}

/** The role with an ARN; undefined if the role does not exist. */
export function roleOf(
  arn: string,
  view: View,
  scope: Pick<Scope, "account" | "region">,
): Resource | undefined {
  const [, name = ""] = /^arn:aws:iam::\d+:role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const role = view.find(keyOf("iam/role", scope, name));
  return role !== undefined && role.computed.arn === arn ? role : undefined;
}

/** True if a role's trust policy names a service (`eks.amazonaws.com`). */
export function trusts(role: Resource, service: string): boolean {
  return text(role.inputs, "assumeRolePolicy").includes(service);
}
