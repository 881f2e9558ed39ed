import { describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../plugin/values";
import { Driver, freshState, openCloud } from "../../../testing/cloud-session";
import type { Cloud } from "../../engine/cloud/cloud";
import { isAdministrator } from "../access";
import { nodePools } from "../nodepools";
import { accountOf, callerIn } from "./caller";
import { regionNames, zonesOf } from "./regions";

/** The caller with the default credentials. */
const caller = callerIn(accountOf());
const subnetType = "aws:ec2/subnet:Subnet";
const clusterType = "aws:eks/cluster:Cluster";
const nodesType = "aws:eks/nodeGroup:NodeGroup";

/** A VPC with a subnet in each of the given zones, the roles of a cluster and of its nodes, and a cluster. */
async function eks(aws: Driver, zones: readonly string[], overrides: PropertyMap = {}) {
  const { id: vpcId } = await aws.create("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
  const subnets = [];
  for (const [index, availabilityZone] of zones.entries()) {
    const cidrBlock = `10.0.${16 * index}.0/20`;
    subnets.push(await aws.create(subnetType, cidrBlock, { vpcId, cidrBlock, availabilityZone }));
  }
  const role = (service: string, name: string) =>
    aws.create("aws:iam/role:Role", name, {
      name,
      assumeRolePolicy: JSON.stringify({
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Principal: { Service: service }, Action: "sts:AssumeRole" }],
      }),
    });
  const controlRole = await role("eks.amazonaws.com", "control");
  const nodeRole = await role("ec2.amazonaws.com", "nodes");
  const subnetIds = subnets.map(({ id }) => id);
  const cluster = await aws.create(clusterType, "eks", {
    name: "eks",
    roleArn: controlRole.outputs.arn ?? null,
    vpcConfig: { subnetIds },
    accessConfig: { authenticationMode: "API", bootstrapClusterCreatorAdminPermissions: false },
    ...overrides,
  });
  const group = (name: string, inputs: PropertyMap) =>
    aws.create(nodesType, name, {
      clusterName: "eks",
      nodeGroupName: name,
      nodeRoleArn: nodeRole.outputs.arn ?? null,
      subnetIds,
      instanceTypes: ["m6i.xlarge"],
      scalingConfig: { minSize: 1, desiredSize: 3, maxSize: 3 },
      ...inputs,
    });
  return { cluster, subnetIds, group };
}

describe("availability zones", () => {
  test("have the same ids in two accounts, and in some regions other letters", () => {
    const ids = (account: string, region: string) => zonesOf(account, region).map(({ id }) => id);
    for (const region of regionNames) {
      expect(ids("111111111111", region).sort()).toEqual(ids("222222222222", region).sort());
    }
    expect(
      regionNames.some((name) => String(ids("111111111111", name)) !== String(ids("222222222222", name))),
    ).toBe(true);
  });

  test("are two in us-west-1, and a letter that the account does not have is refused", async () => {
    const aws = await Driver.aws(openCloud(), { region: "us-west-1" });
    const { names, zoneIds } = await aws.invoke("aws:index/getAvailabilityZones:getAvailabilityZones", {});
    expect(names).toEqual(["us-west-1a", "us-west-1c"]);
    expect([...(zoneIds as string[])].sort()).toEqual(["usw1-az1", "usw1-az3"]);
    await expect(eks(aws, ["us-west-1a", "us-west-1b"])).rejects.toThrow(
      /availability zones: us-west-1a, us-west-1c/,
    );
  });

  test("of us-east-1 have one without EKS, which a cluster cannot use", async () => {
    const aws = await Driver.aws(openCloud(), { region: "us-east-1" });
    const zones = zonesOf(accountOf(), "us-east-1");
    const [without, other] = [
      zones.find(({ id }) => id === "use1-az3"),
      zones.find(({ id }) => id === "use1-az1"),
    ].map((zone) => zone?.name ?? "");
    await expect(eks(aws, [without ?? "", other ?? ""])).rejects.toThrow(
      new RegExp(`UnsupportedAvailabilityZoneException.*because ${without},`),
    );
  });
});

describe("the account of a profile", () => {
  test("has resources, quotas and a caller of its own", async () => {
    const cloud = openCloud(freshState(), 0, { "L-F678F1CE": 1 });
    const [first, second] = await Promise.all([
      Driver.aws(cloud),
      Driver.aws(cloud, { region: "eu-west-1", profile: "second" }),
    ]);
    const vpc = { cidrBlock: "10.0.0.0/16", tags: { Name: "one" } };
    await first.create("aws:ec2/vpc:Vpc", "vpc", vpc);
    await expect(first.create("aws:ec2/vpc:Vpc", "further", vpc)).rejects.toThrow("VpcLimitExceeded");
    await second.create("aws:ec2/vpc:Vpc", "other", vpc);
    const arns = async (aws: Driver) => {
      const found = await aws.invoke("aws:resourcegroupstaggingapi/getResources:getResources", {});
      return (found["resourceTagMappingLists"] as { resourceArn: string }[]).map(
        ({ resourceArn }) => resourceArn.split(":")[4],
      );
    };
    expect(await arns(first)).toEqual([accountOf()]);
    expect(await arns(second)).toEqual([accountOf("second")]);
    const identity = await second.invoke("aws:index/getCallerIdentity:getCallerIdentity", {});
    expect(identity).toMatchObject({ accountId: accountOf("second"), arn: callerIn(accountOf("second")) });
  });
});

describe("access to a cluster", () => {
  const entry = (aws: Driver, principalArn = caller) =>
    aws.create("aws:eks/accessEntry:AccessEntry", principalArn, { clusterName: "eks", principalArn });
  const administer = (aws: Driver) =>
    aws.create("aws:eks/accessPolicyAssociation:AccessPolicyAssociation", "policy", {
      clusterName: "eks",
      principalArn: caller,
      policyArn: "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
      accessScope: { type: "cluster" },
    });
  const hasAccess = (cloud: Cloud) => {
    const [cluster] = cloud.list(clusterType);
    return cluster !== undefined && isAdministrator(caller, cluster, cloud);
  };

  test("needs an entry with the administrators' policy", async () => {
    const cloud = openCloud();
    const aws = await Driver.aws(cloud);
    await eks(aws, ["eu-west-1a", "eu-west-1b"]);
    expect(hasAccess(cloud)).toBe(false);
    await expect(administer(aws)).rejects.toThrow(/principalArn could not be found/);
    await entry(aws);
    expect(hasAccess(cloud)).toBe(false);
    await administer(aws);
    expect(hasAccess(cloud)).toBe(true);
  });

  test("is the creator's from the start if the cluster was created so, and the entry of a session is refused", async () => {
    const cloud = openCloud();
    const aws = await Driver.aws(cloud);
    await eks(aws, ["eu-west-1a", "eu-west-1b"], { accessConfig: { authenticationMode: "API" } });
    expect(hasAccess(cloud)).toBe(true);
    await expect(entry(aws, "arn:aws:sts::123456789012:assumed-role/deployer/session")).rejects.toThrow(
      /invalid principal/,
    );
    await entry(aws);
    await expect(entry(aws)).rejects.toThrow(/already in use on this cluster/);
  });
});

describe("the version of a node group", () => {
  test("is the cluster's when the group is created, and stays when the cluster is upgraded", async () => {
    const cloud = openCloud();
    const aws = await Driver.aws(cloud);
    const { cluster, group } = await eks(aws, ["eu-west-1a", "eu-west-1b"], { version: "1.35" });
    const nodes = await group("nodes", {});
    expect(nodes.outputs.version).toBe("1.35");
    await aws.update(cluster, { ...cluster.inputs, version: "1.36" });
    expect(nodePools(cloud).map(({ version }) => version)).toEqual(["1.35"]);
    await aws.update(nodes, { ...nodes.inputs, version: "1.36" });
    expect(nodePools(cloud).map(({ version }) => version)).toEqual(["1.36"]);
  });

  test("is never newer than the cluster's, and the cluster's moves by one minor version", async () => {
    const aws = await Driver.aws(openCloud());
    const { cluster, group } = await eks(aws, ["eu-west-1a", "eu-west-1b"], { version: "1.35" });
    await expect(group("newer", { version: "1.36" })).rejects.toThrow(
      /not valid for kubernetes version 1.35/,
    );
    const nodes = await group("nodes", { version: "1.35" });
    await expect(aws.update(cluster, { ...cluster.inputs, version: "1.37" })).rejects.toThrow(
      /unsupported Kubernetes version 1.37/,
    );
    await aws.update(cluster, { ...cluster.inputs, version: "1.36" });
    const upgraded = await aws.update(nodes, { ...nodes.inputs, version: "1.36" });
    await expect(
      aws.update({ ...nodes, inputs: { ...nodes.inputs, version: "1.36" }, outputs: upgraded }, nodes.inputs),
    ).rejects.toThrow(/can not be downgraded/);
  });
});

test("the nodes of a group stand in the zones of its subnets", async () => {
  const cloud = openCloud();
  const { group, subnetIds } = await eks(await Driver.aws(cloud), ["eu-west-1a", "eu-west-1c"]);
  await group("spread", {});
  await group("one-zone", {
    subnetIds: subnetIds.slice(1),
    taints: [{ key: "k", value: "v", effect: "NO_SCHEDULE" }],
  });
  expect(nodePools(cloud)).toMatchObject([
    { name: "spread", zones: ["eu-west-1a", "eu-west-1c"], count: 3 },
    { name: "one-zone", zones: ["eu-west-1c"], taints: [{ key: "k", value: "v", effect: "NoSchedule" }] },
  ]);
});

describe("the quotas of a new account", () => {
  const newAccount = () => Driver.aws(openCloud(freshState(), 0, {}));
  const address = (aws: Driver, name: string) => aws.create("aws:ec2/eip:Eip", name, { domain: "vpc" });

  test("are five elastic IPs and five VPCs in each region", async () => {
    const aws = await newAccount();
    for (const name of ["1", "2", "3", "4", "5"]) {
      await address(aws, name);
      await aws.create("aws:ec2/vpc:Vpc", name, { cidrBlock: "10.0.0.0/16" });
    }
    await expect(address(aws, "6")).rejects.toThrow(
      /AddressLimitExceeded.*The maximum number of addresses has been reached/,
    );
    await expect(aws.create("aws:ec2/vpc:Vpc", "6", { cidrBlock: "10.0.0.0/16" })).rejects.toThrow(
      /VpcLimitExceeded.*The maximum number of VPCs has been reached/,
    );
  });

  test("are five vCPUs, which one xlarge nearly fills, and AWS tells them", async () => {
    const aws = await newAccount();
    const { group } = await eks(aws, ["eu-west-1a", "eu-west-1b"]);
    const one = { scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 1 } };
    await group("one", one);
    await expect(group("two", one)).rejects.toThrow(/VcpuLimitExceeded.*current vCPU limit of 5/);
    const quota = (serviceCode: string, quotaCode: string) =>
      aws.invoke("aws:servicequotas/getServiceQuota:getServiceQuota", { serviceCode, quotaCode });
    expect(await quota("ec2", "L-1216C47A")).toMatchObject({ value: 5, defaultValue: 5 });
    await expect(quota("ec2", "L-F678F1CE")).rejects.toThrow(/NoSuchResourceException/);
  });
});
