import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";

/*
 * The quotas of an AWS account that a region may exceed, each for one account and location. AWS refuses whatever exceeds
 * a quota in the middle of a run, so the quotas are compared with what a region needs before anything is created.
 */

/** What one region needs. */
export interface AwsDemand {
  readonly validators: number;
  readonly systemInstanceType: string;
  readonly validatorInstanceType: string;
}

/** A quota, with what a region needs of it. */
export interface QuotaDemand {
  readonly quota: Quota;
  readonly needed: number;
  /** What the number consists of. @example "one for each of 5 validators, one for the NAT gateway" */
  readonly reason: string;
}

/** A quota as AWS's service Service Quotas knows it. */
export interface Quota {
  readonly serviceCode: string;
  readonly quotaCode: string;
  /** AWS's name of the quota, by which a person finds it. */
  readonly name: string;
}

/**
 * AWS's defaults are 5 elastic IPs, 5 VPCs, 50 network load balancers and 5 vCPUs; AWS raises the vCPUs of an account with
 * its use, so most accounts have more. https://docs.aws.amazon.com/general/latest/gr/ec2-service.html,
 * https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html,
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-limits.html
 */
export const QUOTAS = {
  elasticIps: { serviceCode: "ec2", quotaCode: "L-0263D0A3", name: "EC2-VPC Elastic IPs" },
  standardVcpus: {
    serviceCode: "ec2",
    quotaCode: "L-1216C47A",
    name: "Running On-Demand Standard (A, C, D, H, I, M, R, T, Z) instances",
  },
  vpcs: { serviceCode: "vpc", quotaCode: "L-F678F1CE", name: "VPCs per Region" },
  networkLoadBalancers: {
    serviceCode: "elasticloadbalancing",
    quotaCode: "L-69A177A2",
    name: "Network Load Balancers per Region",
  },
} as const satisfies Record<string, Quota>;

/** The nodes that a region's system node group starts with. */
export const SYSTEM_NODES = 2;

/**
 * What a region needs of each quota.
 *
 * @param vcpus of an instance type. Undefined for a type that is unknown; its nodes are then not counted.
 */
export function quotaDemands(
  { validators, systemInstanceType, validatorInstanceType }: AwsDemand,
  vcpus: (instanceType: string) => number | undefined,
): readonly QuotaDemand[] {
  const standard = (instanceType: string) =>
    /^[acdhimrtz]\d/.test(instanceType) ? (vcpus(instanceType) ?? 0) : 0;
  return [
    {
      quota: QUOTAS.elasticIps,
      needed: validators + 1,
      reason: `one for each of ${validators} validators, one for the NAT gateway`,
    },
    {
      quota: QUOTAS.standardVcpus,
      needed: SYSTEM_NODES * standard(systemInstanceType) + validators * standard(validatorInstanceType),
      reason: `vCPUs of ${SYSTEM_NODES} ${systemInstanceType} and ${validators} ${validatorInstanceType}`,
    },
    { quota: QUOTAS.vpcs, needed: 1, reason: "one for the region" },
    {
      quota: QUOTAS.networkLoadBalancers,
      needed: validators,
      reason: `one for each of ${validators} validators`,
    },
  ];
}

/**
 * Why a quota is too small for a region, and what to ask AWS for. Undefined if the quota suffices.
 *
 * @param value the quota's value in the account and location.
 */
export function quotaProblem(
  { quota, needed, reason }: QuotaDemand,
  location: string,
  value: number,
): string | undefined {
  return needed <= value
    ? undefined
    : `needs ${needed} of the quota "${quota.name}" in ${location} (${reason}), which is ${value}; ask AWS for ${needed} or more, and for more than this if other things in the account use the quota too: aws service-quotas request-service-quota-increase --region ${location} --service-code ${quota.serviceCode} --quota-code ${quota.quotaCode} --desired-value ${needed}`;
}

/**
 * Asks AWS for the account's quotas and compares them with what a region needs. A quota that the caller may not read is
 * not compared; the user is warned.
 *
 * @returns the problems, each completing a sentence that begins with the region's config key.
 */
export async function fetchQuotaProblems(
  region: AwsDemand & { readonly name: string; readonly location: string },
  provider: pulumi.ProviderResource,
): Promise<readonly string[]> {
  const types = [...new Set([region.systemInstanceType, region.validatorInstanceType])];
  const unread: string[] = [];
  const orWarn = async <T>(what: string, answer: Promise<T>): Promise<T | undefined> =>
    answer.catch((error: Error) => {
      unread.push(`${what} (${error.message.split("\n")[0]})`);
      return undefined;
    });
  const sizes = new Map(
    await Promise.all(
      types.map(async (instanceType) => {
        const answer = await orWarn(
          `the vCPUs of ${instanceType}`,
          aws.ec2.getInstanceType({ instanceType }, { provider }),
        );
        return [instanceType, answer?.defaultVcpus] as const;
      }),
    ),
  );
  const demands = quotaDemands(region, (instanceType) => sizes.get(instanceType));
  const problems = await Promise.all(
    demands.map(async (demand) => {
      const { serviceCode, quotaCode, name } = demand.quota;
      const answer = await orWarn(
        `the quota "${name}"`,
        aws.servicequotas.getServiceQuota({ serviceCode, quotaCode }, { provider }),
      );
      return answer === undefined ? undefined : quotaProblem(demand, region.location, answer.value);
    }),
  );
  if (unread.length > 0) {
    void pulumi.log.warn(
      `Region ${region.name}: not compared with what the region needs, because AWS did not tell ${unread.join("; ")}. The caller needs the permissions servicequotas:GetServiceQuota and ec2:DescribeInstanceTypes.`,
    );
  }
  return problems.filter((problem) => problem !== undefined);
}
