import { contains, overlap, parseRange, prefixLength } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import type { Draft } from "../engine/resources/kind";
import { booleanAt, stringAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import { vpcFindings } from "./account/quotas";
import { zonesOf } from "./account/regions";
import {
  type AwsKind,
  dependencyViolation,
  ec2Arn,
  ec2Reference,
  findEc2,
  generatedId,
  keyOf,
  text,
} from "./api";

/** `Kind.check` for the input `cidrBlock` of a VPC or a subnet. */
const cidrCheck = function* (inputs: Parameters<NonNullable<AwsKind["check"]>>[0]) {
  const cidr = stringAt(inputs, "cidrBlock");
  if (cidr === undefined) {
    return;
  }
  const property = "cidrBlock";
  if (parseRange(cidr) === undefined) {
    yield { property, reason: `"${cidr}" is not a valid IPv4 CIDR block` };
  } else if (prefixLength(cidr) < 16 || prefixLength(cidr) > 28) {
    // https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
    const reason = `expected cidr_block to contain a network Value with between 16 and 28 significant bits, got: ${prefixLength(cidr)}`;
    yield { property, reason };
  }
};

export const vpc: AwsKind = {
  token: "aws:ec2/vpc:Vpc",
  space: "ec2",
  title: "EC2 VPC",
  taggable: true,
  operations: {
    create: "ec2:CreateVpc",
    read: "ec2:DescribeVpcs",
    update: "ec2:ModifyVpcAttribute",
    delete: "ec2:DeleteVpc",
  },
  required: [],
  defaults: { enableDnsSupport: true, instanceTenancy: "default" },
  unknown: [
    "arn",
    "defaultNetworkAclId",
    "defaultRouteTableId",
    "defaultSecurityGroupId",
    "dhcpOptionsId",
    "mainRouteTableId",
    "ownerId",
  ],
  immutable: ["cidrBlock", "region", "instanceTenancy", "ipv4IpamPoolId", "ipv4NetmaskLength"],
  check: cidrCheck,
  identify: generatedId("ec2", "vpc"),
  *validate({ inputs, scope, view, previous }) {
    if (previous === undefined) {
      yield* vpcFindings(scope, view);
    }
    if (stringAt(inputs, "cidrBlock") === undefined && stringAt(inputs, "ipv4IpamPoolId") === undefined) {
      yield new CloudError(
        400,
        "MissingParameter",
        "Either 'cidrBlock' or 'ipv4IpamPoolId' should be provided.",
      );
    }
  },
  computed: (draft) => draft.previous?.computed ?? computedVpc(draft),
  *children(draft) {
    const { id, scope, previous } = draft;
    const { defaultRouteTableId, defaultSecurityGroupId } = previous?.computed ?? computedVpc(draft);
    const tableId = String(defaultRouteTableId);
    const groupId = String(defaultSecurityGroupId);
    const shared = { location: scope.region, references: [] };
    yield {
      ...shared,
      key: keyOf("ec2", scope, tableId),
      id: tableId,
      name: tableId,
      type: "aws:ec2/routeTable:RouteTable",
      inputs: { vpcId: id, region: scope.region },
      computed: { arn: ec2Arn(scope, "route-table", tableId), ownerId: scope.account, vpcId: id, main: true },
    };
    yield {
      ...shared,
      key: keyOf("ec2", scope, groupId),
      id: groupId,
      name: "default",
      type: "aws:ec2/securityGroup:SecurityGroup",
      inputs: { vpcId: id, name: "default", description: "default VPC security group", region: scope.region },
      computed: { arn: ec2Arn(scope, "security-group", groupId), ownerId: scope.account },
    };
  },
  outputs: ({ inputs }) => ({
    enableDnsHostnames: inputs.enableDnsHostnames ?? false,
    enableNetworkAddressUsageMetrics: inputs.enableNetworkAddressUsageMetrics ?? false,
  }),
  inUse: (resource) =>
    dependencyViolation(`The vpc '${resource.id}' has dependencies and cannot be deleted.`),
};

export const subnet: AwsKind = {
  token: "aws:ec2/subnet:Subnet",
  space: "ec2",
  title: "EC2 Subnet",
  taggable: true,
  operations: {
    create: "ec2:CreateSubnet",
    read: "ec2:DescribeSubnets",
    update: "ec2:ModifySubnetAttribute",
    delete: "ec2:DeleteSubnet",
  },
  required: ["vpcId"],
  unknown: ["arn", "ownerId", "availabilityZone", "availabilityZoneId", "ipv6CidrBlockAssociationId"],
  immutable: [
    "vpcId",
    "cidrBlock",
    "availabilityZone",
    "availabilityZoneId",
    "region",
    "outpostArn",
    "ipv6Native",
  ],
  check: cidrCheck,
  identify: generatedId("ec2", "subnet"),
  *references(draft) {
    yield ec2Reference(draft, text(draft.inputs, "vpcId"), "InvalidVpcID.NotFound", "vpc");
  },
  *validate({ inputs, scope, view, key }) {
    const cidr = stringAt(inputs, "cidrBlock");
    const vpcOfSubnet = findEc2(view, scope, text(inputs, "vpcId"));
    const space = vpcOfSubnet === undefined ? undefined : stringAt(vpcOfSubnet.inputs, "cidrBlock");
    if (cidr === undefined) {
      yield new CloudError(
        400,
        "MissingParameter",
        "Either 'cidrBlock' or 'ipv6CidrBlock' should be provided.",
      );
    } else if (space !== undefined && !contains(space, cidr)) {
      yield new CloudError(400, "InvalidSubnet.Range", `The CIDR '${cidr}' is invalid.`);
    } else {
      const duplicate = view
        .dependents(keyOf("ec2", scope, text(inputs, "vpcId")))
        .find(
          (other) =>
            other.type === subnet.token &&
            other.key !== key &&
            overlap(text(other.inputs, "cidrBlock"), cidr),
        );
      if (duplicate !== undefined) {
        yield new CloudError(
          400,
          "InvalidSubnet.Conflict",
          `The CIDR '${cidr}' conflicts with another subnet (${duplicate.id})`,
        );
      }
    }
    const zones = zonesOf(scope.account, scope.region);
    const zone = stringAt(inputs, "availabilityZone");
    if (zone !== undefined && !zones.some(({ name }) => name === zone)) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Value (${zone}) for parameter availabilityZone is invalid. Subnets can currently only be created in the ` +
          `following availability zones: ${zones.map(({ name }) => name).join(", ")}.`,
      );
    }
    const requestedZoneId = stringAt(inputs, "availabilityZoneId");
    if (requestedZoneId !== undefined && !zones.some(({ id }) => id === requestedZoneId)) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Value (${requestedZoneId}) for parameter availabilityZoneId is invalid.`,
      );
    }
  },
  computed: ({ id, inputs, scope, unique, previous }) => {
    if (previous !== undefined) {
      return previous.computed;
    }
    const zones = zonesOf(scope.account, scope.region);
    const requestedZoneId = stringAt(inputs, "availabilityZoneId");
    const requestedName = stringAt(inputs, "availabilityZone");
    const zone =
      zones.find(({ name }) => name === requestedName) ??
      zones.find(({ id }) => id === requestedZoneId) ??
      zones[Number.parseInt(hex(4, unique, "zone"), 16) % zones.length];
    return {
      arn: ec2Arn(scope, "subnet", id),
      ownerId: scope.account,
      availabilityZone: zone?.name ?? "",
      availabilityZoneId: zone?.id ?? "",
    };
  },
  outputs: ({ inputs }) => ({
    mapPublicIpOnLaunch: booleanAt(inputs, "mapPublicIpOnLaunch") ?? false,
    assignIpv6AddressOnCreation: booleanAt(inputs, "assignIpv6AddressOnCreation") ?? false,
    privateDnsHostnameTypeOnLaunch: inputs.privateDnsHostnameTypeOnLaunch ?? "ip-name",
  }),
  inUse: (resource) =>
    dependencyViolation(`The subnet '${resource.id}' has dependencies and cannot be deleted.`),
};

function computedVpc({ id, scope, unique }: Pick<Draft, "id" | "scope" | "unique">) {
  const table = `rtb-${hex(17, unique, "main")}`;
  return {
    arn: ec2Arn(scope, "vpc", id),
    ownerId: scope.account,
    defaultRouteTableId: table,
    mainRouteTableId: table,
    defaultSecurityGroupId: `sg-${hex(17, unique, "default")}`,
    defaultNetworkAclId: `acl-${hex(17, unique, "default")}`,
    dhcpOptionsId: `dopt-${hex(17, scope.account, scope.region)}`,
  };
}
