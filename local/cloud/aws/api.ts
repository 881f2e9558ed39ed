import type { PropertyMap } from "../../plugin/values";
import { CloudError } from "../engine/errors";
import type { Draft, Identification, Identity, Kind, Reference, Scope, View } from "../engine/kind";
import { stringAt } from "../engine/properties";
import type { Resource } from "../engine/store";

/** What every AWS kind adds to {@link Kind}. */
export interface AwsKind extends Kind {
  /** What ids of this kind are unique among: `ec2`, `iam/role`, `eks/cluster`. IAM's are global. */
  readonly space: string;
  /** How Terraform's error names it: `creating EC2 VPC`. */
  readonly title: string;
  /** Takes tags, and so is found by the tagging API. */
  readonly taggable: boolean;
  /** The output that holds the operation's state: EKS's `status`. */
  readonly status?: Readonly<Record<"Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed", string>>;
}

export function keyOf(space: string, scope: Pick<Scope, "account" | "region">, id: string): string {
  const region = space.startsWith("iam/") ? "global" : scope.region;
  return `aws:${scope.account}:${region}:${space}:${id}`;
}

export function text(inputs: PropertyMap, path: string): string {
  return stringAt(inputs, path) ?? "";
}

/** `vpc-` and 17 digits, as EC2 makes them. */
export function generated(space: string, prefix: string): Kind["identify"] {
  return ({ scope, unique }: Identification) => located(space, scope, `${prefix}-${unique.slice(0, 17)}`);
}

export function located(space: string, scope: Scope, id: string, name = id): Identity {
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

/** An EC2 id in the inputs that must exist. `InvalidVpcID.NotFound`: The vpc ID 'vpc-1' does not exist */
export function ec2Reference(draft: Pick<Draft, "scope">, id: string, code: string, what: string): Reference {
  return {
    key: keyOf("ec2", draft.scope, id),
    missing: new CloudError(400, code, `The ${what} ID '${id}' does not exist`),
  };
}

export function findEc2(view: View, scope: Scope, id: string): Resource | undefined {
  return view.find(keyOf("ec2", scope, id));
}

export function dependencyViolation(detail: string): CloudError {
  return new CloudError(400, "DependencyViolation", detail);
}

/** The role that an ARN names, if it exists. */
export function roleOf(arn: string, view: View, scope: Scope): Resource | undefined {
  const [, name = ""] = /^arn:aws:iam::\d+:role\/(?:.*\/)?([^/]+)$/.exec(arn) ?? [];
  const role = view.find(keyOf("iam/role", scope, name));
  return role !== undefined && role.computed.arn === arn ? role : undefined;
}

/** Whether a role's trust policy names a service (`eks.amazonaws.com`). */
export function trusts(role: Resource, service: string): boolean {
  return text(role.inputs, "assumeRolePolicy").includes(service);
}
