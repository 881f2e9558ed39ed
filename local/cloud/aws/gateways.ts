import { CloudError } from "../engine/resources/errors";
import { stringAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import { addressFindings } from "./account/quotas";
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

export const internetGateway: AwsKind = {
  token: "aws:ec2/internetGateway:InternetGateway",
  space: "ec2",
  title: "EC2 Internet Gateway",
  taggable: true,
  operations: {
    create: "ec2:CreateInternetGateway",
    read: "ec2:DescribeInternetGateways",
    update: "ec2:AttachInternetGateway",
    delete: "ec2:DeleteInternetGateway",
  },
  required: [],
  unknown: ["arn", "ownerId"],
  immutable: ["region"],
  identify: generatedId("ec2", "igw"),
  *references(draft) {
    const vpc = stringAt(draft.inputs, "vpcId");
    if (vpc !== undefined) {
      yield ec2Reference(draft, vpc, "InvalidVpcID.NotFound", "vpc");
    }
  },
  *validate({ inputs, scope, view, key }) {
    const vpc = stringAt(inputs, "vpcId");
    const attached =
      vpc === undefined
        ? undefined
        : view
            .dependents(keyOf("ec2", scope, vpc))
            .find((other) => other.type === internetGateway.token && other.key !== key);
    if (attached !== undefined) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Network ${vpc} already has an internet gateway attached (${attached.id})`,
      );
    }
  },
  computed: ({ id, scope, previous }) =>
    previous?.computed ?? { arn: ec2Arn(scope, "internet-gateway", id), ownerId: scope.account },
  refuseDeletion: (resource, view) => {
    const vpc = stringAt(resource.inputs, "vpcId");
    const hasPublicNat = view
      .list("aws:ec2/natGateway:NatGateway")
      .some((nat) => nat.computed.vpcId === vpc && stringAt(nat.inputs, "allocationId") !== undefined);
    return vpc !== undefined && hasPublicNat
      ? dependencyViolation(
          `Network ${vpc} has some mapped public address(es). Please unmap those public address(es) before ` +
            "detaching the gateway.",
        )
      : undefined;
  },
  inUse: (resource, users) =>
    dependencyViolation(
      `The internetGateway '${resource.id}' has dependencies (${users.map(({ id }) => id).join(", ")}) and cannot be deleted.`,
    ),
};

export const eip: AwsKind = {
  token: "aws:ec2/eip:Eip",
  space: "ec2",
  title: "EC2 EIP",
  taggable: true,
  operations: {
    create: "ec2:AllocateAddress",
    read: "ec2:DescribeAddresses",
    update: "ec2:AssociateAddress",
    delete: "ec2:ReleaseAddress",
  },
  required: [],
  unknown: ["allocationId", "arn", "publicIp", "publicDns", "associationId", "privateIp", "publicIpv4Pool"],
  immutable: ["region", "domain", "address", "networkBorderGroup", "publicIpv4Pool"],
  identify: generatedId("ec2", "eipalloc"),
  *validate({ inputs, scope, view, previous }) {
    if (previous === undefined) {
      yield* addressFindings(scope, view);
    }
    const domain = stringAt(inputs, "domain");
    if (domain !== undefined && domain !== "vpc") {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Value (${domain}) for parameter domain is invalid.`,
      );
    }
  },
  computed: ({ id, scope, key, view, previous }) => {
    if (previous !== undefined) {
      return previous.computed;
    }
    const publicIp = view.address(key);
    const dns = scope.region === "us-east-1" ? "compute-1" : `${scope.region}.compute`;
    return {
      allocationId: id,
      arn: ec2Arn(scope, "elastic-ip", id),
      publicIp,
      publicDns: `ec2-${publicIp.replaceAll(".", "-")}.${dns}.amazonaws.com`,
      publicIpv4Pool: "amazon",
      networkBorderGroup: scope.region,
    };
  },
  outputs: ({ inputs }) => ({ domain: inputs.domain ?? "vpc" }),
  inUse: (resource, users) =>
    new CloudError(
      400,
      "DependencyViolation",
      `The address with allocation id ${resource.id} is in use by ${users.map(({ id }) => id).join(", ")}.`,
    ),
};

export const natGateway: AwsKind = {
  token: "aws:ec2/natGateway:NatGateway",
  space: "ec2",
  title: "EC2 NAT Gateway",
  taggable: true,
  operations: {
    create: "ec2:CreateNatGateway",
    read: "ec2:DescribeNatGateways",
    update: "ec2:CreateTags",
    delete: "ec2:DeleteNatGateway",
  },
  required: [],
  defaults: { connectivityType: "public" },
  unknown: ["associationId", "networkInterfaceId", "privateIp", "publicIp"],
  immutable: [
    "allocationId",
    "subnetId",
    "connectivityType",
    "privateIp",
    "region",
    "vpcId",
    "availabilityMode",
  ],
  identify: generatedId("ec2", "nat"),
  *references(draft) {
    const subnet = stringAt(draft.inputs, "subnetId");
    const allocation = stringAt(draft.inputs, "allocationId");
    if (subnet !== undefined) {
      yield ec2Reference(draft, subnet, "InvalidSubnetID.NotFound", "subnet");
    }
    if (allocation !== undefined) {
      yield ec2Reference(draft, allocation, "InvalidAllocationID.NotFound", "allocation");
    }
  },
  *validate({ inputs, scope, view, key }) {
    const isPublic = text(inputs, "connectivityType") === "public";
    const allocation = stringAt(inputs, "allocationId");
    const subnet = stringAt(inputs, "subnetId");
    if (subnet === undefined) {
      yield new CloudError(400, "MissingParameter", "The request must contain the parameter SubnetId");
      return;
    }
    if (isPublic && allocation === undefined) {
      yield new CloudError(
        400,
        "MissingParameter",
        "The request must contain the parameter AllocationId: a public NAT gateway needs an elastic IP address.",
      );
    }
    const user =
      allocation === undefined
        ? undefined
        : view.dependents(keyOf("ec2", scope, allocation)).find((other) => other.key !== key);
    if (user !== undefined) {
      yield new CloudError(
        400,
        "Resource.AlreadyAssociated",
        `Elastic IP address [${allocation}] is already associated (with ${user.id})`,
      );
    }
    const vpc = text(findEc2(view, scope, subnet)?.inputs ?? {}, "vpcId");
    const gateways = view.dependents(keyOf("ec2", scope, vpc));
    if (isPublic && !gateways.some(({ type }) => type === internetGateway.token)) {
      yield new CloudError(400, "Gateway.NotAttached", `Network ${vpc} has no Internet gateway attached`);
    }
  },
  computed: ({ inputs, scope, unique, view, previous }) => {
    if (previous !== undefined) {
      return previous.computed;
    }
    const subnet = findEc2(view, scope, text(inputs, "subnetId"));
    const address = findEc2(view, scope, text(inputs, "allocationId"));
    const network = text(subnet?.inputs ?? {}, "cidrBlock").split("/")[0] ?? "";
    return {
      vpcId: subnet?.inputs.vpcId ?? null,
      networkInterfaceId: `eni-${hex(17, unique, "interface")}`,
      associationId: address === undefined ? null : `eipassoc-${hex(17, unique, "association")}`,
      // Amazon reserves the first four addresses of a subnet.
      privateIp: `${network.split(".").slice(0, 3).join(".")}.${Number(network.split(".")[3] ?? 0) + 4}`,
      publicIp: address?.computed.publicIp ?? null,
    };
  },
  inUse: (resource, users) =>
    dependencyViolation(`${resource.id} is in use by ${users.map(({ id }) => id).join(", ")}`),
};
