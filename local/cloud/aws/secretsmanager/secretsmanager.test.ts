import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../plugin/values";
import { type Created, Driver, openCloud } from "../../../testing/cloud-session";
import type { Cloud } from "../../engine/cloud/cloud";
import { type PodRequest, readSecretForPod } from "./data-plane";
import { restoreSecret } from "./secret";

const secretType = "aws:secretsmanager/secret:Secret";
const versionType = "aws:secretsmanager/secretVersion:SecretVersion";

let cloud: Cloud;
let aws: Driver;
beforeEach(async () => {
  cloud = openCloud();
  aws = await Driver.aws(cloud);
});

const createSecret = (name = "key", more: PropertyMap = {}) =>
  aws.create(secretType, name, { name, ...more });
const createValue = (secretId: string, secretString = "0x01", name = "value") =>
  aws.create(versionType, name, { secretId, secretString });
const readValue = async (secretId: string, driver = aws) =>
  (await driver.invoke("aws:secretsmanager/getSecretVersion:getSecretVersion", { secretId })).secretString;

describe("a secret", () => {
  test("has an ARN with six characters that nobody knows before, and a name that is taken once", async () => {
    const { id } = await createSecret();
    expect(id).toMatch(/^arn:aws:secretsmanager:eu-west-1:\d{12}:secret:key-\w{6}$/);
    await expect(createSecret()).rejects.toThrow(/ResourceExistsException: .*the secret key already exists/);
    const elsewhere = await Driver.aws(cloud, { region: "eu-west-2" });
    await elsewhere.create(secretType, "key", { name: "key" });
    const inOtherAccount = await Driver.aws(cloud, { region: "eu-west-1", profile: "second" });
    await inOtherAccount.create(secretType, "key", { name: "key" });
  });

  test.each([
    ["blanks are not allowed", {}, /special characters are allowed/],
    ["key", { recoveryWindowInDays: 6 }, /in the range \(7 - 30\) or one of \[0\], got 6/],
    ["key", { recoveryWindowInDays: 31 }, /got 31/],
    ["key", { kmsKeyId: "alias/mine" }, /no kmsKeyId/],
  ])("is not made as %s with %j", async (name, more, message) => {
    await expect(createSecret(name, more)).rejects.toThrow(message);
  });

  test("has no value before one was put, and then the newest one", async () => {
    const { id } = await createSecret();
    await expect(readValue(id)).rejects.toThrow(/staging label: AWSCURRENT/);
    const first = await createValue(id, "0x01", "first");
    expect(first.outputs.versionStages).toEqual(["AWSCURRENT"]);
    await new Promise((resolve) => setTimeout(resolve, 2));
    await createValue(id, "0x02", "second");
    expect(await readValue(id)).toBe("0x02");
    expect(await readValue("key")).toBe("0x02");
    expect((await aws.refresh(first))?.outputs.versionStages).toEqual(["AWSPREVIOUS"]);
    await expect(createValue("other")).rejects.toThrow(/can't find the specified secret/);
  });

  test("keeps its current value when the value's resource is deleted", async () => {
    const { id } = await createSecret();
    await aws.delete(await createValue(id));
    expect(await readValue(id)).toBe("0x01");
  });

  test("keeps its name when it is deleted, and cannot be read, until it is restored with its value", async () => {
    const created = await createSecret();
    await createValue(created.id);
    await aws.delete(created);
    await expect(createSecret()).rejects.toThrow(
      /InvalidRequestException: You can't create this secret because .* already scheduled for deletion/,
    );
    await expect(readValue(created.id)).rejects.toThrow(/marked for deletion/);
    expect(await aws.read(secretType, created.id)).toBeUndefined();
    restoreSecret(cloud, created.id);
    expect(await readValue(created.id)).toBe("0x01");
    expect((await aws.read(secretType, created.id))?.inputs.name).toBe("key");
    expect(() => restoreSecret(cloud, created.id)).toThrow(/ResourceNotFoundException/);
  });

  test("that is deleted without a recovery window leaves nothing", async () => {
    await aws.delete(await createSecret("key", { recoveryWindowInDays: 0 }));
    await createSecret();
  });

  test("is found by its tags while it exists", async () => {
    const arns = async () =>
      (
        (await aws.invoke("aws:resourcegroupstaggingapi/getResources:getResources", {}))[
          "resourceTagMappingLists"
        ] as { resourceArn: string }[]
      ).map(({ resourceArn }) => resourceArn);
    const created = await createSecret("key", { tags: { Name: "key" } });
    expect(await arns()).toEqual([created.id]);
    await aws.delete(created);
    expect(await arns()).toEqual([]);
  });
});

describe("inline policies of a role", () => {
  const trust = JSON.stringify({
    Version: "2012-10-17",
    Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
  });
  const policy = (characters: number) =>
    JSON.stringify({ Statement: [{ Effect: "Allow", Action: "a".repeat(characters), Resource: "*" }] });
  const put = (name: string, characters: number) =>
    aws.create("aws:iam/rolePolicy:RolePolicy", name, { role: "role", name, policy: policy(characters) });

  test("have 10,240 characters together, and keep the role from being deleted", async () => {
    const role = await aws.create("aws:iam/role:Role", "role", { name: "role", assumeRolePolicy: trust });
    const first = await put("first", 5000);
    expect(first.id).toBe("role:first");
    await put("first", 5000);
    await expect(put("second", 5200)).rejects.toThrow(/LimitExceeded: Maximum policy size of 10240 bytes/);
    await put("second", 4000);
    await expect(aws.delete({ ...role, outputs: role.outputs } as Created)).rejects.toThrow(
      /DeleteConflict.*delete policies/,
    );
  });
});

describe("a pod gets a secret", () => {
  const taint = { key: "pool", value: "validators", effect: "NO_SCHEDULE" };
  const toleration = { key: "pool", value: "validators", operator: "Equal", effect: "NoSchedule" };
  const statement = (more: PropertyMap) => JSON.stringify({ Version: "2012-10-17", Statement: [more] });
  const serviceTrust = (Service: string, more: PropertyMap = {}, Action: string[] = ["sts:AssumeRole"]) =>
    statement({ Effect: "Allow", Principal: { Service }, Action, ...more });

  /** A pod that may read the secret, but for what a test leaves out. */
  async function pod(
    without:
      | "agent"
      | "association"
      | "driver"
      | "nodes' policy"
      | "policy"
      | "tags"
      | "toleration"
      | "trust"
      | "nothing",
  ): Promise<PodRequest> {
    const role = (name: string, assumeRolePolicy: string) =>
      aws.create("aws:iam/role:Role", name, { name, assumeRolePolicy });
    const { id: vpcId } = await aws.create("aws:ec2/vpc:Vpc", "vpc", { cidrBlock: "10.0.0.0/16" });
    const subnets = [];
    for (const [index, zone] of ["eu-west-1a", "eu-west-1b"].entries()) {
      const cidrBlock = `10.0.${16 * index}.0/20`;
      subnets.push(
        await aws.create("aws:ec2/subnet:Subnet", zone, { vpcId, cidrBlock, availabilityZone: zone }),
      );
    }
    const control = await role("control", serviceTrust("eks.amazonaws.com"));
    const nodes = await role("nodes", serviceTrust("ec2.amazonaws.com"));
    if (without !== "nodes' policy") {
      await aws.create("aws:iam/rolePolicyAttachment:RolePolicyAttachment", "nodes", {
        role: "nodes",
        policyArn: "arn:aws:iam::aws:policy/AmazonEKSWorkerNodePolicy",
      });
    }
    const subnetIds = subnets.map(({ id }) => id);
    await aws.create("aws:eks/cluster:Cluster", "eks", {
      name: "eks",
      roleArn: control.outputs.arn ?? null,
      vpcConfig: { subnetIds },
    });
    await aws.create("aws:eks/nodeGroup:NodeGroup", "validators", {
      clusterName: "eks",
      nodeGroupName: "validators",
      nodeRoleArn: nodes.outputs.arn ?? null,
      subnetIds,
      instanceTypes: ["m6i.xlarge"],
      scalingConfig: { minSize: 1, desiredSize: 1, maxSize: 2 },
      taints: [taint],
    });
    const addon = (addonName: string, more: PropertyMap = {}) =>
      aws.create("aws:eks/addon:Addon", addonName, { clusterName: "eks", addonName, ...more });
    if (without !== "agent") {
      await addon("eks-pod-identity-agent");
    }
    if (without !== "driver") {
      await addon(
        "aws-secrets-store-csi-driver-provider",
        without === "toleration"
          ? {}
          : { configurationValues: JSON.stringify({ tolerations: [toleration] }) },
      );
    }
    const reader = await role(
      "reader",
      serviceTrust(
        "pods.eks.amazonaws.com",
        {
          Condition: {
            StringEquals: {
              "aws:RequestTag/eks-cluster-name": without === "tags" ? "other" : "eks",
              "aws:RequestTag/kubernetes-service-account": ["validators"],
            },
          },
        },
        without === "trust" ? ["sts:AssumeRole"] : ["sts:AssumeRole", "sts:TagSession"],
      ),
    );
    if (without !== "association") {
      await aws.create("aws:eks/podIdentityAssociation:PodIdentityAssociation", "association", {
        clusterName: "eks",
        namespace: "eks",
        serviceAccount: "validators",
        roleArn: reader.outputs.arn ?? null,
      });
    }
    const { id } = await createSecret();
    await createValue(id);
    if (without !== "policy") {
      await aws.create("aws:iam/rolePolicy:RolePolicy", "reader", {
        role: "reader",
        name: "reader",
        policy: statement({ Effect: "Allow", Action: "secretsmanager:Get*", Resource: id }),
      });
    }
    return { namespace: "eks", serviceAccount: "validators", region: "eu-west-1", secretId: id };
  }

  test("with everything in its place, and only this one, as its own ServiceAccount", async () => {
    const request = await pod("nothing");
    expect(readSecretForPod(cloud, request)).toEqual({ value: "0x01" });
    const { id: other } = await createSecret("other");
    const refused = (change: Partial<PodRequest>) => () => readSecretForPod(cloud, { ...request, ...change });
    expect(refused({ serviceAccount: "besu" })).toThrow(/No Pod Identity association/);
    expect(refused({ namespace: "other" })).toThrow(/not found in the list of registered CSI drivers/);
    expect(refused({ secretId: other })).toThrow(/AccessDeniedException.*no identity-based policy allows/);
    expect(refused({ region: "eu-west-2" })).toThrow(/ResourceNotFoundException/);
  });

  test.each([
    ["agent", /169\.254\.170\.23.*connection refused/],
    ["association", /No Pod Identity association/],
    ["driver", /not found in the list of registered CSI drivers/],
    ["nodes' policy", /eks-auth:AssumeRoleForPodIdentity/],
    ["policy", /AccessDeniedException/],
    ["tags", /not authorized to perform: sts:AssumeRole/],
    ["toleration", /provider not found: provider "aws"/],
    ["trust", /not authorized to perform: sts:AssumeRole and sts:TagSession/],
  ] as const)("not without its %s", async (without, message) => {
    const request = await pod(without);
    expect(() => readSecretForPod(cloud, request)).toThrow(message);
  });

  test("only if the values of the add-on are in its schema", async () => {
    await pod("driver");
    const addon = (values: object) =>
      aws.create("aws:eks/addon:Addon", "driver", {
        clusterName: "eks",
        addonName: "aws-secrets-store-csi-driver-provider",
        configurationValues: JSON.stringify(values),
      });
    await expect(addon({ linux: { tolerations: [] } })).rejects.toThrow(
      /\[\$\.linux: is not defined in the schema/,
    );
    await expect(addon({ "secrets-store-csi-driver": { tolerations: [] } })).rejects.toThrow(
      /\$\.secrets-store-csi-driver\.tolerations/,
    );
    await addon({ "secrets-store-csi-driver": { syncSecret: { enabled: true } } });
  });

  test("whose association is found again by the id of an import", async () => {
    await pod("nothing");
    const type = "aws:eks/podIdentityAssociation:PodIdentityAssociation";
    const [association] = cloud.list(type);
    expect((await aws.read(type, `eks,${association?.id}`))?.id).toBe(association?.id);
    await expect(aws.read(type, association?.id ?? "")).rejects.toThrow(
      /expected cluster-name,association-id/,
    );
  });
});
