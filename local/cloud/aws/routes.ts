import type { PropertyMap } from "../../plugin/values";
import { parseRange } from "../engine/resources/addresses";
import { CloudError } from "../engine/resources/errors";
import type { Draft, Reference } from "../engine/resources/kind";
import { objectsAt, stringAt } from "../engine/resources/properties";
import { hex } from "../engine/resources/random";
import {
  type AwsKind,
  dependencyViolation,
  ec2Arn,
  ec2Reference,
  findEc2,
  generatedId,
  identity,
  keyOf,
  text,
} from "./api";

const operations = {
  create: "ec2:CreateRouteTable",
  read: "ec2:DescribeRouteTables",
  update: "ec2:ReplaceRoute",
  delete: "ec2:DeleteRouteTable",
};

export const routeTable: AwsKind = {
  token: "aws:ec2/routeTable:RouteTable",
  space: "ec2",
  title: "EC2 Route Table",
  taggable: true,
  operations,
  required: ["vpcId"],
  unknown: ["arn", "ownerId", "routes", "propagatingVgws"],
  immutable: ["vpcId", "region"],
  unordered: ["routes", "propagatingVgws"],
  identify: generatedId("ec2", "rtb"),
  *references(draft) {
    yield ec2Reference(draft, text(draft.inputs, "vpcId"), "InvalidVpcID.NotFound", "vpc");
    yield* routeReferences(draft, objectsAt(draft.inputs, "routes"));
  },
  *validate({ inputs }) {
    yield* routeFindings(objectsAt(inputs, "routes"), "cidrBlock");
  },
  computed: ({ id, scope, previous }) =>
    previous?.computed ?? { arn: ec2Arn(scope, "route-table", id), ownerId: scope.account },
  outputs: ({ inputs }) => ({
    routes: inputs.routes ?? [],
    propagatingVgws: inputs.propagatingVgws ?? [],
    main: null,
  }),
  // Terraform's provider deletes the associations and routes of a table together with the table.
  inUse: (resource) =>
    dependencyViolation(`The routeTable '${resource.id}' has dependencies and cannot be deleted.`),
};

export const defaultRouteTable: AwsKind = {
  ...routeTable,
  token: "aws:ec2/defaultRouteTable:DefaultRouteTable",
  adopts: true,
  required: ["defaultRouteTableId"],
  unknown: ["arn", "ownerId", "vpcId", "routes", "propagatingVgws"],
  immutable: ["defaultRouteTableId", "region"],
  identify: ({ inputs, scope }) => identity("ec2", scope, text(inputs, "defaultRouteTableId")),
  *references(draft) {
    const id = text(draft.inputs, "defaultRouteTableId");
    yield ec2Reference(draft, id, "InvalidRouteTableID.NotFound", "routeTable");
    yield* routeReferences(draft, objectsAt(draft.inputs, "routes"));
  },
};

export const route: AwsKind = {
  token: "aws:ec2/route:Route",
  space: "ec2",
  title: "EC2 Route",
  taggable: false,
  operations: {
    create: "ec2:CreateRoute",
    read: "ec2:DescribeRouteTables",
    update: "ec2:ReplaceRoute",
    delete: "ec2:DeleteRoute",
  },
  required: ["routeTableId"],
  unknown: ["origin", "state", "instanceId", "instanceOwnerId", "networkInterfaceId"],
  immutable: [
    "routeTableId",
    "destinationCidrBlock",
    "destinationIpv6CidrBlock",
    "destinationPrefixListId",
    "region",
  ],
  // Terraform's id of a route consists of the table's id and a hash of the destination.
  identify: ({ inputs, scope }) =>
    identity(
      "ec2",
      scope,
      `r-${text(inputs, "routeTableId")}${hashOf(text(inputs, "destinationCidrBlock"))}`,
    ),
  parent: (draft) =>
    ec2Reference(draft, text(draft.inputs, "routeTableId"), "InvalidRouteTableID.NotFound", "routeTable"),
  *references(draft) {
    yield* routeReferences(draft, [draft.inputs]);
  },
  *validate({ inputs, scope, view }) {
    yield* routeFindings([inputs], "destinationCidrBlock");
    const table = findEc2(view, scope, text(inputs, "routeTableId"));
    const destination = text(inputs, "destinationCidrBlock");
    if (
      table !== undefined &&
      objectsAt(table.inputs, "routes").some((inlineRoute) => inlineRoute.cidrBlock === destination)
    ) {
      yield alreadyExists(destination);
    }
  },
  exists: ({ inputs }) => alreadyExists(text(inputs, "destinationCidrBlock")),
  computed: () => ({ origin: "CreateRoute", state: "active" }),
};

export const routeTableAssociation: AwsKind = {
  token: "aws:ec2/routeTableAssociation:RouteTableAssociation",
  space: "ec2",
  title: "EC2 Route Table Association",
  taggable: false,
  operations: {
    create: "ec2:AssociateRouteTable",
    read: "ec2:DescribeRouteTables",
    update: "ec2:ReplaceRouteTableAssociation",
    delete: "ec2:DisassociateRouteTable",
  },
  required: ["routeTableId"],
  unknown: [],
  immutable: ["subnetId", "gatewayId", "region"],
  identify: generatedId("ec2", "rtbassoc"),
  // routeTableAssociationImporter in https://github.com/hashicorp/terraform-provider-aws (ec2/vpc_route_table_association.go)
  importedId: (id, view) => {
    const [target = "", routeTableId, ...rest] = id.split("/");
    if (routeTableId === undefined || rest.length > 0) {
      throw new Error(
        `Unexpected format for import: ${id}. Use 'subnet ID/route table ID' or 'gateway ID/route table ID`,
      );
    }
    const association = view
      .list(routeTableAssociation.token)
      .find(({ inputs }) => inputs.subnetId === target && inputs.routeTableId === routeTableId);
    if (association === undefined) {
      throw new Error(`No association found between route table ID and target ID: ${id}`);
    }
    return association.id;
  },
  parent: (draft) =>
    ec2Reference(draft, text(draft.inputs, "routeTableId"), "InvalidRouteTableID.NotFound", "routeTable"),
  *references(draft) {
    const subnet = stringAt(draft.inputs, "subnetId");
    if (subnet !== undefined) {
      yield ec2Reference(draft, subnet, "InvalidSubnetID.NotFound", "subnet");
    }
  },
  *validate({ inputs, scope, view, key }) {
    const subnetId = stringAt(inputs, "subnetId");
    if (subnetId === undefined) {
      yield new CloudError(
        400,
        "MissingParameter",
        "The request must contain the parameter subnetId or gatewayId",
      );
      return;
    }
    const subnet = findEc2(view, scope, subnetId);
    const table = findEc2(view, scope, text(inputs, "routeTableId"));
    const existing = view
      .dependents(keyOf("ec2", scope, subnetId))
      .find((candidate) => candidate.type === routeTableAssociation.token && candidate.key !== key);
    if (existing !== undefined) {
      yield new CloudError(
        400,
        "Resource.AlreadyAssociated",
        `the specified association for route table ${text(inputs, "routeTableId")} conflicts with an existing ` +
          `association (${existing.id})`,
      );
    }
    const tableVpc = table?.inputs.vpcId;
    if (tableVpc !== undefined && subnet?.inputs.vpcId !== tableVpc) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `route table ${table?.id} and subnet ${subnetId} belong to different networks`,
      );
    }
  },
};

function* routeReferences(draft: Draft, routes: readonly PropertyMap[]): Generator<Reference> {
  for (const inputs of routes) {
    const gateway = stringAt(inputs, "gatewayId");
    const nat = stringAt(inputs, "natGatewayId");
    if (gateway !== undefined && gateway !== "local") {
      yield ec2Reference(draft, gateway, "InvalidGatewayID.NotFound", "gateway");
    }
    if (nat !== undefined) {
      yield ec2Reference(draft, nat, "InvalidNatGatewayID.NotFound", "natGateway");
    }
  }
}

const targetProperties = [
  "gatewayId",
  "natGatewayId",
  "networkInterfaceId",
  "transitGatewayId",
  "vpcEndpointId",
  "vpcPeeringConnectionId",
  "egressOnlyGatewayId",
  "localGatewayId",
  "carrierGatewayId",
  "coreNetworkArn",
];

function* routeFindings(routes: readonly PropertyMap[], destinationProperty: string): Generator<CloudError> {
  for (const [i, inputs] of routes.entries()) {
    const range = stringAt(inputs, destinationProperty);
    const setTargets = targetProperties.filter((target) => (stringAt(inputs, target) ?? "") !== "");
    if (range !== undefined && parseRange(range) === undefined) {
      yield new CloudError(
        400,
        "InvalidParameterValue",
        `Value (${range}) for parameter destinationCidrBlock is invalid. This is not a valid CIDR block.`,
      );
    }
    if (setTargets.length !== 1) {
      yield new CloudError(
        400,
        "InvalidParameterCombination",
        `The route to ${range ?? "(no destination)"} needs exactly one target, got ${setTargets.join(", ") || "none"}.`,
      );
    }
    if (range !== undefined && routes.slice(0, i).some((other) => other[destinationProperty] === range)) {
      yield alreadyExists(range);
    }
  }
}

function alreadyExists(destination: string): CloudError {
  return new CloudError(400, "RouteAlreadyExists", `The route identified by ${destination} already exists.`, {
    final: true,
  });
}

function hashOf(destination: string): string {
  return String(Number.parseInt(hex(8, destination), 16));
}
