import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import { type Created, Driver, openCloud } from "../../testing/cloud-session";
import type { Cloud } from "../engine/cloud/cloud";
import { regionNames, zonesOf } from "./account/regions";

const vpcType = "aws:ec2/vpc:Vpc";
const subnetType = "aws:ec2/subnet:Subnet";
const gatewayType = "aws:ec2/internetGateway:InternetGateway";
const groupType = "aws:ec2/securityGroup:SecurityGroup";
const roleType = "aws:iam/role:Role";
const clusterType = "aws:eks/cluster:Cluster";
const nodesType = "aws:eks/nodeGroup:NodeGroup";

let cloud: Cloud;
let aws: Driver;
beforeEach(async () => {
  cloud = openCloud();
  aws = await Driver.aws(cloud, { region: "eu-west-1", defaultTags: '{"tags":{"network":"dev"}}' });
});

const vpc = (cidrBlock = "10.0.0.0/16", name = "vpc") => aws.create(vpcType, name, { cidrBlock });
const subnet = (vpcId: string, cidrBlock: string, zone = "eu-west-1a", name = cidrBlock) =>
  aws.create(subnetType, name, { vpcId, cidrBlock, availabilityZone: zone });
const role = (service: string, name: string) =>
  aws.create(roleType, name, {
    name,
    assumeRolePolicy: JSON.stringify({
      Version: "2012-10-17",
      Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
    }),
  });

async function eks(overrides: PropertyMap = {}) {
  const network = await vpc();
  const subnets = [
    await subnet(network.id, "10.0.0.0/20"),
    await subnet(network.id, "10.0.16.0/20", "eu-west-1b"),
  ];
  const controlPlaneRole = await role("eks.amazonaws.com", "control");
  const subnetIds = subnets.map(({ id }) => id);
  const cluster = await aws.create(clusterType, "eks", {
    name: "eks",
    roleArn: controlPlaneRole.outputs.arn ?? null,
    vpcConfig: { subnetIds },
    ...overrides,
  });
  return { network, subnetIds, subnets, cluster };
}

test("there are at least 33 regions, each with at least two zones", () => {
  expect(regionNames.length).toBeGreaterThanOrEqual(33);
  for (const region of regionNames) {
    expect(zonesOf("123456789012", region).length).toBeGreaterThanOrEqual(2);
  }
});

test("refuses a provider without a region, and with a region that does not exist", async () => {
  await expect(Driver.aws(cloud, {})).rejects.toThrow(/aws:region/);
  await expect(Driver.aws(cloud, { region: "eu-west-9" })).rejects.toThrow("invalid AWS Region: eu-west-9");
});

test("each creation of a VPC makes another VPC, with the provider's default tags and a main route table", async () => {
  const first = await vpc();
  const second = await vpc();
  expect(first.id).toMatch(/^vpc-[0-9a-f]{17}$/);
  expect(second.id).not.toBe(first.id);
  expect(first.outputs).toMatchObject({ region: "eu-west-1", tagsAll: { network: "dev" } });
  const main = await aws.invoke("aws:ec2/getRouteTable:getRouteTable", {
    vpcId: first.id,
    filters: [{ name: "association.main", values: ["true"] }],
  });
  expect(main.routeTableId).toBe(first.outputs.mainRouteTableId);
  const found = await aws.invoke("aws:resourcegroupstaggingapi/getResources:getResources", {
    tagFilters: [{ key: "network", values: ["dev"] }],
  });
  expect(found.resourceTagMappingLists).toHaveLength(2);
});

test("the tagging API lists a NAT gateway with its ARN, which is not an output of the provider", async () => {
  const { id } = await vpc();
  const natSubnet = await subnet(id, "10.0.0.0/20");
  await aws.create(gatewayType, "igw", { vpcId: id });
  const address = await aws.create("aws:ec2/eip:Eip", "nat", { domain: "vpc" });
  const nat = await aws.create("aws:ec2/natGateway:NatGateway", "nat", {
    subnetId: natSubnet.id,
    allocationId: address.id,
    tags: { Name: "dev-nat" },
  });
  const found = await aws.invoke("aws:resourcegroupstaggingapi/getResources:getResources", {
    tagFilters: [{ key: "Name", values: ["dev-nat"] }],
  });
  expect(found).toMatchObject({
    resourceTagMappingLists: [
      { resourceArn: expect.stringMatching(`^arn:aws:ec2:eu-west-1:\\d+:natgateway/${nat.id}$`) },
    ],
  });
});

describe("the cloud refuses", () => {
  test.each([
    ["a VPC larger than /16", vpcType, { cidrBlock: "10.0.0.0/8" }, /between 16 and 28/],
    ["a VPC smaller than /28", vpcType, { cidrBlock: "10.0.0.0/29" }, /between 16 and 28/],
    ["a VPC whose range is not valid", vpcType, { cidrBlock: "10.0.0.0/99" }, /not a valid IPv4 CIDR/],
    [
      "a subnet in a VPC that does not exist",
      subnetType,
      { cidrBlock: "10.0.0.0/24", vpcId: "vpc-1" },
      /InvalidVpcID.NotFound/,
    ],
    ["a subnet without a VPC", subnetType, { cidrBlock: "10.0.0.0/24" }, /missing required property 'vpcId'/],
    ["a role with an invalid name", roleType, { name: "a b", assumeRolePolicy: "{}" }, /ValidationError/],
    [
      "a role whose policy is not a valid document",
      roleType,
      { name: "a", assumeRolePolicy: "{" },
      /MalformedPolicyDocument/,
    ],
    [
      "an unknown resource type",
      "aws:s3/bucket:Bucket",
      {},
      /has no resource type aws:s3\/bucket:Bucket; the cloud supports:\n.*aws:ec2/,
    ],
  ] as const)("%s", async (_, type, inputs, message) => {
    await expect(aws.create(type, "bad", inputs as unknown as PropertyMap)).rejects.toThrow(message);
    expect(cloud.list()).toEqual([]);
  });

  test("subnets outside the VPC's range, overlapping subnets, and subnets in a zone of another region", async () => {
    const { id } = await vpc();
    await subnet(id, "10.0.0.0/20");
    await expect(subnet(id, "10.1.0.0/24")).rejects.toThrow(/InvalidSubnet.Range/);
    await expect(subnet(id, "10.0.8.0/24")).rejects.toThrow(/InvalidSubnet.Conflict/);
    await expect(subnet(id, "10.0.16.0/24", "us-east-1a")).rejects.toThrow(
      /availability zones: eu-west-1a, eu-west-1b/,
    );
  });

  test("a NAT gateway in a VPC without an internet gateway, and an address that another NAT gateway uses", async () => {
    const { id } = await vpc();
    const natSubnet = await subnet(id, "10.0.0.0/20");
    const address = await aws.create("aws:ec2/eip:Eip", "nat", { domain: "vpc" });
    const nat = (name: string) =>
      aws.create("aws:ec2/natGateway:NatGateway", name, { subnetId: natSubnet.id, allocationId: address.id });
    await expect(nat("early")).rejects.toThrow(/Gateway.NotAttached/);
    await aws.create(gatewayType, "igw", { vpcId: id });
    expect((await nat("nat")).outputs.publicIp).toBe(address.outputs.publicIp);
    await expect(nat("again")).rejects.toThrow(/Resource.AlreadyAssociated/);
  });

  test("security group rules with invalid ports, and two security groups with the same name in a VPC", async () => {
    const { id } = await vpc();
    const group = (name: string, ingress: PropertyMap[]) =>
      aws.create(groupType, name, { vpcId: id, name, ingress });
    const rule = { protocol: "tcp", fromPort: 30303, toPort: 30303, cidrBlocks: ["0.0.0.0/0"] };
    await group("p2p", [rule]);
    await expect(group("p2p", [rule])).rejects.toThrow(/InvalidGroup.Duplicate/);
    await expect(group("bad", [{ ...rule, toPort: 99999 }])).rejects.toThrow(/InvalidParameterValue/);
    await expect(group("sg-bad", [rule])).rejects.toThrow(/GroupName is invalid/);
  });

  test("a cluster in one zone, with a role that trusts another service, or with an unsupported version", async () => {
    const { network, subnetIds } = await eks();
    const other = await role("ec2.amazonaws.com", "other");
    const arn = `arn:aws:iam::${network.outputs.ownerId}:role/control`;
    const create = (inputs: PropertyMap) =>
      aws.create(clusterType, "bad", { roleArn: arn, vpcConfig: { subnetIds }, ...inputs });
    await expect(create({ vpcConfig: { subnetIds: subnetIds.slice(0, 1) } })).rejects.toThrow(
      /at least two different AZs/,
    );
    await expect(create({ roleArn: other.outputs.arn ?? null })).rejects.toThrow(
      /trusted entity is not correct/,
    );
    await expect(create({ version: "1.20" })).rejects.toThrow(/unsupported Kubernetes version/);
    await expect(create({ version: "1.33" })).rejects.toThrow(/unsupported Kubernetes version 1\.33/);
    await create({ version: "1.36" });
    await expect(create({ name: "eks" })).rejects.toThrow(/Cluster already exists with name: eks/);
  });

  test("node groups whose cluster does not exist, and node groups with invalid sizes or instance types", async () => {
    const { subnetIds } = await eks();
    const nodes = await role("ec2.amazonaws.com", "nodes");
    const create = (overrides: PropertyMap) =>
      aws.create(nodesType, "nodes", {
        clusterName: "eks",
        nodeRoleArn: nodes.outputs.arn ?? null,
        subnetIds,
        scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
        ...overrides,
      });
    await expect(create({ clusterName: "none" })).rejects.toThrow(/No cluster found for name: none/);
    await expect(create({ scalingConfig: { minSize: 3, desiredSize: 2, maxSize: 3 } })).rejects.toThrow(
      /minimum capacity/,
    );
    await expect(create({ instanceTypes: ["large"] })).rejects.toThrow(/instance types do not exist/);
    expect((await create({})).outputs.status).toBe("ACTIVE");
  });

  test("node groups with instance types beside a launch template that names one", async () => {
    const { subnetIds } = await eks();
    const nodes = await role("ec2.amazonaws.com", "nodes");
    const template = await aws.create("aws:ec2/launchTemplate:LaunchTemplate", "template", {
      name: "template",
      instanceType: "m6i.xlarge",
    });
    const inputs: PropertyMap = {
      clusterName: "eks",
      nodeRoleArn: nodes.outputs.arn ?? null,
      subnetIds,
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 2 },
      launchTemplate: { id: template.id, version: "1" },
    };
    await expect(aws.create(nodesType, "nodes", { ...inputs, instanceTypes: ["m6i.large"] })).rejects.toThrow(
      /Cannot specify instance types in launch template and API Request/,
    );
    expect((await aws.create(nodesType, "nodes", inputs)).outputs.instanceTypes ?? null).toBeNull();
  });
});

test("a policy can be attached to a role twice, as IAM permits", async () => {
  await role("ec2.amazonaws.com", "nodes");
  const attach = () =>
    aws.create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "nodes-cni", {
      role: "nodes",
      policyArn: "arn:aws:iam::aws:policy/AmazonEKS_CNI_Policy",
    });
  expect((await attach()).id).toBe((await attach()).id);
});

test("an EKS cluster's outputs point to the local control plane; a read by name alone returns the cluster", async () => {
  const { cluster } = await eks();
  expect(cluster.outputs).toMatchObject({
    status: "ACTIVE",
    endpoint: "https://127.0.0.1:6443",
    certificateAuthority: { data: Buffer.from("a certificate").toString("base64") },
  });
  expect(await aws.read(clusterType, "eks")).toEqual({
    id: "eks",
    inputs: cluster.inputs,
    outputs: cluster.outputs,
  });
  expect(await aws.read(clusterType, "eks@us-east-1")).toBeUndefined();
});

test("a deletion is retried for a limited time while dependents exist, and succeeds once they are deleted", async () => {
  const { network, subnets, cluster } = await eks();
  await expect(aws.delete(network)).rejects.toThrow(
    /DependencyViolation: The vpc 'vpc-[0-9a-f]+' has dependencies/,
  );
  expect(cloud.statistics.of("ec2:DeleteVpc").retries).toBeGreaterThan(10);
  await Promise.all([
    aws.delete(network),
    ...subnets.map((created) => aws.delete(created)),
    aws.delete(cluster),
  ]);
  expect(cloud.list().map(({ type }) => type)).toEqual([roleType]);
});

test("a DefaultRouteTable adopts the VPC's main route table and releases it when deleted", async () => {
  const network = await vpc();
  const gateway = await aws.create(gatewayType, "igw", { vpcId: network.id });
  const table: Created = await aws.create("aws:ec2/defaultRouteTable:DefaultRouteTable", "main", {
    defaultRouteTableId: network.outputs.defaultRouteTableId ?? null,
    routes: [{ cidrBlock: "0.0.0.0/0", gatewayId: gateway.id }],
  });
  expect(table.id).toBe(network.outputs.defaultRouteTableId);
  expect(table.outputs.vpcId).toBe(network.id);
  await aws.delete(table);
  await aws.delete(gateway);
  await aws.delete(network);
  expect(cloud.list()).toEqual([]);
});
