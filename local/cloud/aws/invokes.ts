import type { PropertyMap, PropertyValue } from "../../plugin/values";
import type { Invoke } from "../engine/cloud/dialect";
import { CloudError } from "../engine/resources/errors";
import type { Scope, View } from "../engine/resources/kind";
import { isObject, objectsAt, stringAt, stringMapAt, stringsAt } from "../engine/resources/properties";
import type { Resource } from "../engine/resources/store";
import { accountInvokes } from "./account/invokes";
import { isIn, keyOf, text } from "./api";
import { cluster } from "./eks";
import { readSecretValue } from "./secretsmanager/data-plane";

const getRouteTable: Invoke = {
  operation: "ec2:DescribeRouteTables",
  answer: (args, scope, view) => {
    const associations = view
      .list("aws:ec2/routeTableAssociation:RouteTableAssociation")
      .filter(({ location }) => location === scope.region);
    const tables = [
      ...view.list("aws:ec2/routeTable:RouteTable"),
      ...view.list("aws:ec2/defaultRouteTable:DefaultRouteTable"),
    ].filter(({ location }) => location === scope.region);
    const found = tables.filter((table) => tableMatches(table, args, associations));
    const [table] = found;
    if (table === undefined || found.length > 1) {
      throw new CloudError(
        400,
        "InvalidRouteTableID.NotFound",
        table === undefined
          ? "query returned no results. Please change your search criteria and try again"
          : "query returned more than one result. Please change your search criteria and try again",
      );
    }
    return {
      ...args,
      id: table.id,
      routeTableId: table.id,
      arn: table.computed.arn ?? null,
      ownerId: scope.account,
      vpcId: vpcOf(table),
      region: scope.region,
      gatewayId: stringAt(args, "gatewayId") ?? "",
      subnetId: stringAt(args, "subnetId") ?? "",
      tags: stringMapAt(table.inputs, "tags"),
      routes: objectsAt(table.inputs, "routes") as PropertyMap[],
      associations: associationsOf(table, associations),
    };
  },
};

const getResources: Invoke = {
  operation: "tagging:GetResources",
  answer: (args, scope, view) => {
    const filters = objectsAt(args, "tagFilters");
    const types = stringsAt(args, "resourceTypeFilters");
    const arns = stringsAt(args, "resourceArnLists");
    const found = taggedResources(scope, view).filter(({ arn, tags }) => {
      const isOfType = types.length === 0 || types.some((type) => isArnOfType(arn, type));
      const isListed = arns.length === 0 || arns.includes(arn);
      return isOfType && isListed && filters.every((filter) => matchesTags(filter, tags));
    });
    return {
      ...args,
      id: scope.region,
      region: scope.region,
      resourceTagMappingLists: found.map(({ arn, tags }) => ({
        resourceArn: arn,
        tags,
        complianceDetails: [],
      })),
    };
  },
};

const getCluster: Invoke = {
  operation: "eks:DescribeCluster",
  answer: (args, scope, view) => {
    const name = text(args, "name");
    const found = view.find(keyOf("eks/cluster", scope, name));
    if (found === undefined) {
      throw new CloudError(
        404,
        "ResourceNotFoundException",
        `reading EKS Cluster (${name}): No cluster found for name: ${name}.`,
      );
    }
    const { certificateAuthority, ...outputs } = cluster.outputs?.(found, view) ?? {};
    return {
      ...args,
      id: name,
      arn: found.computed.arn ?? "",
      ...outputs,
      certificateAuthorities: certificateAuthority === undefined ? [] : [certificateAuthority],
    };
  },
};

/** The caller counts as one who has the right to read every secret. */
const getSecretVersion: Invoke = {
  operation: "secretsmanager:GetSecretValue",
  answer: (args, scope, view) => {
    if (args.versionId != null || (stringAt(args, "versionStage") ?? "AWSCURRENT") !== "AWSCURRENT") {
      throw new CloudError(
        400,
        "InvalidParameterException",
        "The local simulated cloud tells the current version only.",
      );
    }
    const { version, value } = readSecretValue(view, scope, text(args, "secretId"));
    return {
      ...args,
      id: `${text(args, "secretId")}|AWSCURRENT`,
      arn: version.computed.arn ?? null,
      createdDate: version.createdAt,
      region: scope.region,
      secretBinary: "",
      secretString: value,
      versionId: version.computed.versionId ?? null,
      versionStage: "AWSCURRENT",
      versionStages: ["AWSCURRENT"],
    };
  },
};

export const invokes: ReadonlyMap<string, Invoke> = new Map([
  ...accountInvokes,
  ["aws:ec2/getRouteTable:getRouteTable", getRouteTable],
  ["aws:eks/getCluster:getCluster", getCluster],
  ["aws:secretsmanager/getSecretVersion:getSecretVersion", getSecretVersion],
  ["aws:resourcegroupstaggingapi/getResources:getResources", getResources],
]);

/** The resources of a region that the tagging API lists: those with at least one tag. */
function taggedResources(scope: Scope, view: View): { arn: string; tags: Record<string, string> }[] {
  return taggableTypes.flatMap((type) =>
    view.list(type).flatMap((resource) => {
      const arn = arnOf(resource, scope);
      const tags = stringMapAt(resource.inputs, "tags");
      const isInRegion = resource.location === scope.region || resource.location === "global";
      const isListed = isInRegion && isIn(scope.account, resource);
      return typeof arn === "string" && isListed && Object.keys(tags).length > 0 ? [{ arn, tags }] : [];
    }),
  );
}

/** The ARN as the tagging API lists it. A NAT gateway has an ARN there, although the provider has no such output. */
function arnOf({ type, id, computed }: Resource, { region, account }: Scope) {
  return type === "aws:ec2/natGateway:NatGateway"
    ? `arn:aws:ec2:${region}:${account}:natgateway/${id}`
    : (computed.arn ?? computed.associationArn ?? computed.accessEntryArn);
}

// The real API lists IAM resources in us-east-1 only. The simulation lists them in every region, so that a search for
// leftover resources in any region finds them.
const taggableTypes = [
  "aws:ec2/vpc:Vpc",
  "aws:ec2/subnet:Subnet",
  "aws:ec2/internetGateway:InternetGateway",
  "aws:ec2/natGateway:NatGateway",
  "aws:ec2/eip:Eip",
  "aws:ec2/launchTemplate:LaunchTemplate",
  "aws:ec2/routeTable:RouteTable",
  "aws:ec2/defaultRouteTable:DefaultRouteTable",
  "aws:ec2/securityGroup:SecurityGroup",
  "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
  "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
  "aws:iam/role:Role",
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider",
  "aws:eks/cluster:Cluster",
  "aws:eks/nodeGroup:NodeGroup",
  "aws:eks/addon:Addon",
  "aws:eks/accessEntry:AccessEntry",
  "aws:eks/podIdentityAssociation:PodIdentityAssociation",
  "aws:secretsmanager/secret:Secret",
];

function matchesTags(filter: PropertyMap, tags: Readonly<Record<string, string>>): boolean {
  const value = tags[text(filter, "key")];
  const values = stringsAt(filter, "values");
  return value !== undefined && (values.length === 0 || values.includes(value));
}

/** @param type a service and a kind (`ec2:vpc`, `eks:cluster`), or a service alone */
function isArnOfType(arn: string, type: string): boolean {
  const [service = "", kind] = type.split(":");
  const [, , arnService, , , resource = ""] = arn.split(":");
  return arnService === service && (kind === undefined || resource.startsWith(`${kind}/`));
}

function tableMatches(table: Resource, args: PropertyMap, associations: readonly Resource[]): boolean {
  const routeTableId = stringAt(args, "routeTableId");
  const vpcId = stringAt(args, "vpcId");
  const subnetId = stringAt(args, "subnetId");
  const tags = stringMapAt(table.inputs, "tags");
  return (
    (routeTableId === undefined || routeTableId === table.id) &&
    (vpcId === undefined || vpcId === vpcOf(table)) &&
    (subnetId === undefined ||
      associations.some(({ inputs }) => inputs.routeTableId === table.id && inputs.subnetId === subnetId)) &&
    Object.entries(stringMapAt(args, "tags")).every(([key, value]) => tags[key] === value) &&
    objectsAt(args, "filters").every((filter) => tableMatchesFilter(filter, table, associations))
  );
}

function tableMatchesFilter(
  filter: PropertyMap,
  table: Resource,
  associations: readonly Resource[],
): boolean {
  const name = text(filter, "name");
  const values = stringsAt(filter, "values");
  if (name.startsWith("tag:")) {
    return values.includes(stringMapAt(table.inputs, "tags")[name.slice(4)] ?? "");
  }
  switch (name) {
    case "vpc-id":
      return values.includes(String(vpcOf(table)));
    case "route-table-id":
    case "association.route-table-id":
      return values.includes(table.id);
    case "association.main":
      return values.includes(String(table.computed.main === true));
    case "association.subnet-id":
      return associations.some(
        ({ inputs }) => inputs.routeTableId === table.id && values.includes(text(inputs, "subnetId")),
      );
    default:
      throw new CloudError(400, "InvalidParameterValue", `The filter '${name}' is invalid`);
  }
}

function associationsOf(table: Resource, associations: readonly Resource[]): PropertyValue[] {
  const main = {
    main: true,
    routeTableId: table.id,
    routeTableAssociationId: `rtbassoc-${table.id.slice(4)}`,
    subnetId: "",
    gatewayId: "",
  };
  const explicit = associations
    .filter(({ inputs }) => inputs.routeTableId === table.id)
    .map(({ id, inputs }) => ({
      main: false,
      routeTableId: table.id,
      routeTableAssociationId: id,
      subnetId: text(inputs, "subnetId"),
      gatewayId: text(inputs, "gatewayId"),
    }));
  return table.computed.main === true ? [main, ...explicit] : explicit;
}

function vpcOf(table: Resource): PropertyValue {
  const value = table.inputs.vpcId ?? table.computed.vpcId;
  return value === undefined || isObject(value) ? null : value;
}
