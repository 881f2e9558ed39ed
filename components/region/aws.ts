import * as aws from "@pulumi/aws";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { awsTags, fullName, nameTag } from "../naming";
import { P2P_PORT } from "../ports";
import type { P2pEndpoint, Region } from ".";
import type { Zone } from "./aws-zones";
import { addressSpace, awsSubnets, formatCidr, type ZoneSubnets } from "./plan";
import { validatorsInZones, zoneOfValidator } from "./validator-zones";

/** The arguments of an AWS region. They decide names and addresses, so they are plain values. */
export interface AwsRegionArgs {
  /** Name of the network, with which resource names begin. @example "chain138" */
  readonly network: string;
  /** AWS region. @example "eu-west-1" */
  readonly location: string;
  /** The region's address space. @default the /16 of 10.0.0.0/8 that is reserved for the location */
  readonly cidr?: string | undefined;
  /** Number of validators. Each gets an elastic IP. */
  readonly validators: number;
  /** The availability zones of the region, at least two. The first of them gets the first validator. */
  readonly zones: readonly Zone[];
  /** The provider of the location, from {@link createAwsProvider}. */
  readonly provider: aws.Provider;
}

/** The parts of an AWS region in one availability zone. */
export interface ZoneNetwork {
  /** The zone's name in the account, which is also the zone label of the Kubernetes nodes. @example "eu-west-1a" */
  readonly zone: pulumi.Output<string>;
  readonly publicSubnetId: pulumi.Output<string>;
  readonly privateSubnetId: pulumi.Output<string>;
  /** Number of validators whose load balancer is in the zone. They run in the zone too. */
  readonly validators: number;
}

/** The arguments of the provider of a region's location. */
export interface AwsProviderArgs {
  /** The stack of the network, which the resources' tags name. @example "prod" */
  readonly stack: string;
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** AWS region. @example "eu-west-1" */
  readonly location: string;
  /** The profile of the credentials. @default the credentials that the AWS SDK finds */
  readonly profile?: string | undefined;
}

/** Creates the provider of a region's location. It exists before the region, because the zones are asked through it. */
export function createAwsProvider(
  name: string,
  { stack, network, location, profile }: AwsProviderArgs,
): aws.Provider {
  return new aws.Provider(`${name}-aws`, {
    region: location,
    ...(profile === undefined ? {} : { profile }),
    defaultTags: { tags: awsTags(stack, network, name) },
  });
}

/**
 * A region on AWS that spans three availability zones, or two where an account has only two.
 *
 * ```
 * VPC ─┬─ internet gateway ── public routes ── public subnet in each zone
 *      ├─ NAT gateway (elastic IP) ── private routes ── private subnet in each zone
 *      └─ security group
 * elastic IP for each validator
 * ```
 *
 * A network load balancer sends nothing to a target in a zone in which the balancer has no subnet, and an elastic IP gives
 * the balancer of a validator a single subnet. Each validator therefore has a zone, in which its balancer and its pod are.
 * https://docs.aws.amazon.com/elasticloadbalancing/latest/network/network-load-balancers.html#availability-zones
 *
 * AWS identifies most of these resources by generated ids. Their names are in tags (`Name`, `chainfleet:stack`), so
 * that a resource whose creation was interrupted can be found again.
 */
export class AwsRegion extends pulumi.ComponentResource implements Region {
  readonly p2pEndpoints: readonly P2pEndpoint[];
  readonly location: string;
  readonly provider: aws.Provider;
  readonly zones: readonly ZoneNetwork[];
  readonly securityGroupId: pulumi.Output<string>;
  /** The routes to the internet. Nodes need them to join their cluster. */
  readonly egress: readonly pulumi.Resource[];

  constructor(name: string, args: AwsRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:region:AwsRegion", name, {}, opts);
    const space = addressSpace({ cloud: "aws", location: args.location, cidr: args.cidr });
    const zones = awsSubnets(
      space,
      args.zones.map((zone) => zone.name),
    );

    this.location = args.location;
    this.provider = args.provider;
    const options = { parent: this, provider: this.provider };

    const vpc = new ec2.Vpc(
      `${name}-vpc`,
      { cidrBlock: formatCidr(space), enableDnsHostnames: true, enableDnsSupport: true, tags: named("vpc") },
      options,
    );
    const internetGateway = new ec2.InternetGateway(
      `${name}-internet-gateway`,
      { vpcId: vpc.id, tags: named("internet-gateway") },
      options,
    );
    const publicSubnets = zones.map((zone, index) => createSubnet(zone, "public", index));
    const privateSubnets = zones.map((zone, index) => createSubnet(zone, "private", index));
    const publicRoutes = createRoutes("public", { gatewayId: internetGateway.id });
    const natGateway = createNatGateway();
    const privateRoutes = createRoutes("private", { natGatewayId: natGateway.id });
    const publicAssociations = publicSubnets.map((subnet, index) =>
      associate("public", index, subnet, publicRoutes),
    );
    const privateAssociations = privateSubnets.map((subnet, index) =>
      associate("private", index, subnet, privateRoutes),
    );
    const securityGroup = createSecurityGroup();
    const addresses = Array.from({ length: args.validators }, (_, index) =>
      createAddress(`validator-${index}-address`),
    );

    this.p2pEndpoints = addresses.map((address, index) => {
      const subnet = zoneOfValidator(index, publicSubnets) as ec2.Subnet;
      return {
        address: address.publicIp,
        zone: subnet.availabilityZone,
        annotations: {
          "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
          "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": address.allocationId,
          // An elastic IP belongs to one zone, so the load balancer has one subnet.
          "service.beta.kubernetes.io/aws-load-balancer-subnets": subnet.id,
        },
      };
    });
    const validatorsIn = validatorsInZones(args.validators, publicSubnets);
    this.zones = publicSubnets.map((subnet, zone) => ({
      zone: subnet.availabilityZone,
      publicSubnetId: subnet.id,
      privateSubnetId: (privateSubnets[zone] as ec2.Subnet).id,
      validators: validatorsIn[zone] ?? 0,
    }));
    this.securityGroupId = securityGroup.id;
    this.egress = [...publicAssociations, ...privateAssociations];
    this.registerOutputs({ p2pAddresses: this.p2pEndpoints.map(({ address }) => address) });

    function named(part: string) {
      return nameTag(fullName(args.network, name, part));
    }

    function createSubnet(zone: ZoneSubnets, kind: "public" | "private", index: number) {
      const part = `${kind}-${index}`;
      return new ec2.Subnet(
        `${name}-${part}`,
        {
          vpcId: vpc.id,
          availabilityZone: zone.zone,
          cidrBlock: formatCidr(zone[kind]),
          // The cluster's load balancers find their subnets by this tag: https://docs.aws.amazon.com/eks/latest/userguide/network-load-balancing.html
          tags: {
            ...named(part),
            [kind === "public" ? "kubernetes.io/role/elb" : "kubernetes.io/role/internal-elb"]: "1",
          },
        },
        // A subnet cannot move to another zone, and the validators' disks are in the zone. If the choice of zones ever
        // changes, the region stays where it is.
        { ...options, ignoreChanges: ["availabilityZone"] },
      );
    }

    function createRoutes(
      kind: string,
      target: { gatewayId: pulumi.Output<string> } | { natGatewayId: pulumi.Output<string> },
    ) {
      return new ec2.RouteTable(
        `${name}-${kind}-routes`,
        { vpcId: vpc.id, routes: [{ cidrBlock: "0.0.0.0/0", ...target }], tags: named(`${kind}-routes`) },
        options,
      );
    }

    function associate(kind: string, index: number, subnet: ec2.Subnet, routes: ec2.RouteTable) {
      return new ec2.RouteTableAssociation(
        `${name}-${kind}-routes-${index}`,
        { subnetId: subnet.id, routeTableId: routes.id },
        options,
      );
    }

    function createNatGateway() {
      const address = createAddress("nat-address");
      return new ec2.NatGateway(
        `${name}-nat-gateway`,
        {
          allocationId: address.allocationId,
          subnetId: publicSubnets[0]?.id ?? "",
          tags: named("nat-gateway"),
        },
        { ...options, dependsOn: [internetGateway] },
      );
    }

    /** The P2P port is the only one open to the internet. */
    function createSecurityGroup() {
      return new ec2.SecurityGroup(
        `${name}-security-group`,
        {
          name: fullName(args.network, name),
          vpcId: vpc.id,
          description: "Besu validators: P2P in, everything out",
          ingress: [
            {
              description: "Besu's P2P port; discovery (UDP) is off",
              protocol: "tcp",
              fromPort: P2P_PORT,
              toPort: P2P_PORT,
              cidrBlocks: ["0.0.0.0/0"],
            },
          ],
          egress: [{ protocol: "-1", fromPort: 0, toPort: 0, cidrBlocks: ["0.0.0.0/0"] }],
          tags: named("security-group"),
        },
        options,
      );
    }

    function createAddress(part: string) {
      return new ec2.Eip(`${name}-${part}`, { domain: "vpc", tags: named(part) }, options);
    }
  }
}
