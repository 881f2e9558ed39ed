import type { Charge, Limit } from "./admission";

/** Where a resource is, as far as rate limits are concerned. */
export interface Place {
  readonly cloud: "azure" | "aws";
  /** The subscription or account whose limits count. @default the one of the credentials */
  readonly account?: string | undefined;
  /** The cloud's name of the location. @example "eastus" */
  readonly location: string;
}

/** How the limits of an account differ from the published limits. */
export interface LimitSettings {
  /** The refill rate of the account's limits, as a multiple of the published rate. */
  readonly refillFactor: number;
}

/**
 * Requests that were sent some time apart may arrive this much closer together, because the first of them is slower. The
 * burst is smaller by what a bucket gains in this time, so that the cloud's bucket is not overdrawn.
 */
const ARRIVAL_SPREAD_SECONDS = 0.5;

/** The operations on a resource that wait for the limits. */
export type GovernedOperation = "create" | "update" | "delete";

type Row = Pick<Limit, "capacity" | "refillPerSecond">;

/*
 * The published limits. Capacity and refill are requests and requests per second.
 */

/**
 * Azure Resource Manager counts by subscription, principal, region and kind of operation:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/request-limits-and-throttling
 */
const ARM = {
  reads: { capacity: 250, refillPerSecond: 25 },
  writes: { capacity: 200, refillPerSecond: 10 },
  deletes: { capacity: 200, refillPerSecond: 10 },
} satisfies Record<string, Row>;

/**
 * AKS counts the PUTs of clusters and of agent pools: 20 at once and one a minute. The table of the limits,
 * https://learn.microsoft.com/azure/aks/quotas-skus-regions#throttling-limits-on-aks-resource-provider-apis, applies them
 * to each cluster or pool; the service's answers apply them to the subscription
 * (https://learn.microsoft.com/troubleshoot/azure/azure-kubernetes/error-codes/throttled-error). The stricter reading
 * is used.
 */
const AKS_PUT: Row = { capacity: 20, refillPerSecond: 1 / 60 };

/** The resource types that have a bucket of {@link AKS_PUT} of their own. */
const AKS_TYPES = ["azure-native:containerservice:ManagedCluster", "azure-native:containerservice:AgentPool"];

/**
 * EC2 counts by account and region: mutating actions 50, refilled by 5 each second
 * (https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html). The page gives each action a bucket of its
 * own; the stricter reading, one bucket for all, was in force until 2024. Reading actions are not governed: 100 for each
 * action are more than the plugin sends for the resources of a region. EKS and IAM publish no rates.
 */
const EC2_CHANGES: Row = { capacity: 50, refillPerSecond: 5 };

/**
 * ARM requests of azure-native for one creation or update: a read that finds out whether the resource exists or what is to
 * be kept, the write, a poll of the operation, and a read of the result (`CanCreate`, `putOrPatch` and the resource's
 * read in https://github.com/pulumi/pulumi-azure-native/tree/master/provider/pkg/azure/client_azcore.go). A cluster's
 * operation is polled each 10 s, which is 0.1 of the 25 reads that a bucket gains in a second, so the further polls are
 * not counted.
 */
const ARM_WRITE = { reads: 3, writes: 1 };

/** A deletion is one request; its polls, each 30 s, are not counted (`Delete` in the same file). */
const ARM_DELETE = { deletes: 1 };

/**
 * Mutating EC2 requests of the AWS plugin, which is Terraform's provider behind Pulumi's bridge, for the creation of a
 * resource, where there are several: see the create function in the resource's file in
 * https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2. Tags are part of the creating request.
 * Subnets, elastic IPs, NAT gateways, associations of route tables and launch templates are one request each. An update
 * is at most as many requests: a changed rule of a security group is revoked and authorized, for each of two directions.
 */
const EC2_REQUESTS: Readonly<Record<string, number>> = {
  // CreateVpc, and ModifyVpcAttribute for DNS host names (vpc_.go).
  "aws:ec2/vpc:Vpc": 2,
  // CreateInternetGateway and AttachInternetGateway (vpc_internet_gateway.go).
  "aws:ec2/internetGateway:InternetGateway": 2,
  // CreateRouteTable and CreateRoute for the route in the table (vpc_route_table.go).
  "aws:ec2/routeTable:RouteTable": 2,
  // CreateSecurityGroup, RevokeSecurityGroupEgress for IPv4 and again for IPv6, AuthorizeSecurityGroupIngress and
  // AuthorizeSecurityGroupEgress (vpc_security_group.go).
  "aws:ec2/securityGroup:SecurityGroup": 5,
};

/**
 * What an operation on a resource costs in the clouds' rate limits. Empty for types whose limits are not published.
 *
 * @param type the type token of the resource.
 */
export function chargesOf(
  { cloud, account = "default", location }: Place,
  type: string,
  operation: GovernedOperation,
  { refillFactor }: LimitSettings,
): Charge[] {
  const charge = (name: string, row: Row, tokens: number): Charge => {
    const refillPerSecond = row.refillPerSecond * refillFactor;
    // A bucket of a very fast account still admits half of the published burst.
    const capacity = Math.max(row.capacity / 2, row.capacity - refillPerSecond * ARRIVAL_SPREAD_SECONDS);
    return { limit: { key: `${name}/${account}/${location}`, capacity, refillPerSecond }, tokens };
  };
  if (cloud === "azure" && type.startsWith("azure-native:")) {
    return operation === "delete"
      ? [charge("arm/deletes", ARM.deletes, ARM_DELETE.deletes)]
      : [
          // The scarcest bucket first: the others hold their tokens while a request waits for it.
          ...(AKS_TYPES.includes(type) ? [charge(type, AKS_PUT, 1)] : []),
          charge("arm/writes", ARM.writes, ARM_WRITE.writes),
          charge("arm/reads", ARM.reads, ARM_WRITE.reads),
        ];
  }
  if (cloud === "aws" && isOfEc2(type)) {
    return [charge("ec2/changes", EC2_CHANGES, operation === "delete" ? 1 : (EC2_REQUESTS[type] ?? 1))];
  }
  return [];
}

/** Whether the resource is made through the API of EC2, which also has the modules of VPC. */
export function isOfEc2(type: string): boolean {
  return type.startsWith("aws:ec2/") || type.startsWith("aws:vpc/");
}
