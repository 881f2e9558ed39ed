import * as aws from "@pulumi/aws";
import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { awsTags, fullName, nameTag } from "../naming";
import { P2P_PORT } from "../ports";
import type { P2pEndpoint, Region } from ".";
import { addressSpace, awsSubnets, formatCidr, type ZoneSubnets } from "./plan";

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
}

/**
 * A region on AWS that spans three availability zones.
 *
 * ```
 * VPC ─┬─ internet gateway ── public routes ── public subnet in each zone
 *      ├─ NAT gateway (elastic IP) ── private routes ── private subnet in each zone
 *      └─ security group
 * elastic IP for each validator
 * ```
 *
 * AWS identifies most of these resources by generated ids. Their names are in tags (`Name`, `chainfleet:stack`), so
 * that a resource whose creation was interrupted can be found again.
 */
export class AwsRegion extends pulumi.ComponentResource implements Region {
  readonly p2pEndpoints: readonly P2pEndpoint[];
  readonly location: string;
  readonly provider: aws.Provider;
  readonly privateSubnetIds: readonly pulumi.Output<string>[];
  readonly publicSubnetIds: readonly pulumi.Output<string>[];
  readonly securityGroupId: pulumi.Output<string>;
  /** The routes to the internet. Nodes need them to join their cluster. */
  readonly egress: readonly pulumi.Resource[];

  constructor(name: string, args: AwsRegionArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:region:AwsRegion", name, {}, opts);
    const space = addressSpace({ cloud: "aws", location: args.location, cidr: args.cidr });
    const zones = awsSubnets(
      space,
      ["a", "b", "c"].map((letter) => `${args.location}${letter}`),
    );

    this.location = args.location;
    this.provider = new aws.Provider(
      `${name}-aws`,
      { region: args.location, defaultTags: { tags: awsTags(args.network, name) } },
      { parent: this },
    );
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
    const publicSubnets = zones.map((zone) => createSubnet(zone, "public"));
    const privateSubnets = zones.map((zone) => createSubnet(zone, "private"));
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

    this.p2pEndpoints = addresses.map((address, index) => ({
      address: address.publicIp,
      annotations: {
        "service.beta.kubernetes.io/aws-load-balancer-type": "nlb",
        "service.beta.kubernetes.io/aws-load-balancer-eip-allocations": address.allocationId,
        // An elastic IP belongs to one zone, so the load balancer has one subnet.
        "service.beta.kubernetes.io/aws-load-balancer-subnets":
          publicSubnets[index % publicSubnets.length]?.id ?? "",
      },
    }));
    this.publicSubnetIds = publicSubnets.map(({ id }) => id);
    this.privateSubnetIds = privateSubnets.map(({ id }) => id);
    this.securityGroupId = securityGroup.id;
    this.egress = [...publicAssociations, ...privateAssociations];
    this.registerOutputs({ p2pAddresses: this.p2pEndpoints.map(({ address }) => address) });

    function named(part: string) {
      return nameTag(fullName(args.network, name, part));
    }

    function createSubnet(zone: ZoneSubnets, kind: "public" | "private") {
      const part = `${kind}-${zone.zone.slice(-1)}`;
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
        options,
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
