import { CloudError } from "../../engine/resources/errors";
import type { Scope, View } from "../../engine/resources/kind";
import { numberAt, stringAt, stringsAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import { isIn } from "../api";

/** A quota of an account in each region, as the service Service Quotas lists it. */
interface Quota {
  readonly service: string;
  readonly name: string;
  /** AWS's default for a new account. */
  readonly default: number;
}

/**
 * The quotas that the simulation enforces, by their codes, with AWS's defaults. The simulated account has other values if
 * the cloud is started with `--quota CODE=VALUE`.
 * https://docs.aws.amazon.com/general/latest/gr/ec2-service.html (elastic IPs and vCPUs),
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
 */
export const quotas: Readonly<Record<string, Quota>> = {
  "L-0263D0A3": { service: "ec2", name: "EC2-VPC Elastic IPs", default: 5 },
  "L-1216C47A": {
    service: "ec2",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
    default: 5,
  },
  "L-F678F1CE": { service: "vpc", name: "VPCs per Region", default: 5 },
  "L-69A177A2": { service: "elasticloadbalancing", name: "Network Load Balancers per Region", default: 50 },
};

export function quotaOf(code: string, view: View): number {
  return view.quotas[code] ?? quotas[code]?.default ?? 0;
}

/** Refuses one more elastic IP than the account may have. Error text: EC2's. */
export function* addressFindings(scope: Scope, view: View): Generator<CloudError> {
  if (countIn(scope, view.list("aws:ec2/eip:Eip")) >= quotaOf("L-0263D0A3", view)) {
    yield new CloudError(400, "AddressLimitExceeded", "The maximum number of addresses has been reached.");
  }
}

/** Refuses one more VPC than the account may have. Error text: EC2's. */
export function* vpcFindings(scope: Scope, view: View): Generator<CloudError> {
  if (countIn(scope, view.list("aws:ec2/vpc:Vpc")) >= quotaOf("L-F678F1CE", view)) {
    yield new CloudError(400, "VpcLimitExceeded", "The maximum number of VPCs has been reached.");
  }
}

/**
 * Refuses a node group whose instances the account may not run. EKS accepts such a group and reports the failure of its
 * Auto Scaling group later; the simulation refuses the group at once.
 */
export function* instanceFindings({
  key,
  inputs,
  type,
  scope,
  view,
}: Pick<Resource, "key" | "inputs"> & {
  /** The instance type of the group's nodes. */
  readonly type: string;
  readonly scope: Scope;
  readonly view: View;
}): Generator<CloudError> {
  const others = view
    .list("aws:eks/nodeGroup:NodeGroup")
    .filter((group) => group.location === scope.region && isIn(scope.account, group) && group.key !== key);
  const own = standardVcpus(type, inputs);
  const sum = others.reduce(
    (vcpus, group) => vcpus + standardVcpus(instanceTypeOf(group), group.inputs),
    own,
  );
  const limit = quotaOf("L-1216C47A", view);
  if (own > 0 && sum > limit) {
    yield new CloudError(
      400,
      "VcpuLimitExceeded",
      "Could not launch On-Demand Instances. VcpuLimitExceeded - You have requested more vCPU capacity than your " +
        `current vCPU limit of ${limit} allows for the instance bucket that the specified instance type belongs to. ` +
        "Please visit http://aws.amazon.com/contact-us/ec2-request to request an adjustment to this limit. Launching " +
        "EC2 instance failed.",
      { final: true },
    );
  }
}

function countIn({ account, region }: Scope, resources: readonly Resource[]): number {
  return resources.filter((resource) => resource.location === region && isIn(account, resource)).length;
}

/** The instance type of a node group's nodes. */
export function instanceTypeOf({ inputs, computed }: Pick<Resource, "inputs" | "computed">): string {
  return stringsAt(inputs, "instanceTypes")[0] ?? stringAt(computed, "templateInstanceType") ?? "t3.medium";
}

function standardVcpus(type: string, inputs: Resource["inputs"]): number {
  return /^[acdhimrtz]\d/.test(type)
    ? vcpusOf(type) * (numberAt(inputs, "scalingConfig.desiredSize") ?? 0)
    : 0;
}

/**
 * The vCPUs of an instance type, from the size in its name: 4 for each `xlarge`, else 2. The sizes of old and of bare-metal
 * types differ. https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
 */
export function vcpusOf(instanceType: string): number {
  const [, count] = /\.(\d*)xlarge$/.exec(instanceType) ?? [];
  return count === undefined ? 2 : 4 * Number(count === "" ? 1 : count);
}
