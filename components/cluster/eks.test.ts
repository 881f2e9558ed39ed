import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { type RegisteredResource, registeredResources } from "../../test/dump/registered-resources";
import { AwsRegion, createAwsProvider } from "../region/aws";
import { EksCluster } from "./eks";

const ADA = "arn:aws:iam::123456789012:user/ada";
const CI = "arn:aws:iam::123456789012:role/ci/deployer";

const CLUSTER_OUTPUTS = {
  identities: [{ oidcs: [{ issuer: "https://oidc.invalid/id/1" }] }],
  vpcConfig: { clusterSecurityGroupId: "sg-cluster" },
};

interface Variation {
  readonly clusterOutputs: object;
  readonly keyStore: "kubernetes" | "secretsManager";
}

/** @param requests receives the type of each request to AWS, in the order of the requests. */
const registered = (
  kubernetesVersion = "1.35",
  requests: string[] = [],
  { clusterOutputs = CLUSTER_OUTPUTS, keyStore }: Partial<Variation> = {},
) =>
  registeredResources(
    {
      newResource: ({ name, type }) => {
        requests.push(type);
        return {
          id: name,
          outputs: type.endsWith(":Cluster") ? clusterOutputs : { latestVersion: 1, arn: `arn:${name}` },
        };
      },
      call: ({ token }) => {
        requests.push(token);
        return { endpoint: "https://eks.invalid", certificateAuthorities: [{ data: "" }] };
      },
    },
    () => {
      const shared = { stack: "prod", network: "chain138", location: "eu-west-1", validators: 2 };
      const region = new AwsRegion("eu-west-1", {
        ...shared,
        provider: createAwsProvider("eu-west-1", shared),
        zones: [1, 2, 3].map((zone) => ({ name: `eu-west-1${"abc"[zone - 1]}`, id: `euw1-az${zone}` })),
      });
      return new EksCluster("eu-west-1", {
        ...shared,
        validatorMachines: 2,
        region,
        systemInstanceType: "m6i.xlarge",
        validatorInstanceType: "m6i.2xlarge",
        admins: [ADA, CI],
        kubernetesVersion,
        privateApi: false,
        apiAllowedCidrs: [],
        reclaimPolicy: "Retain",
        keyStore,
        updateHooks: { beforeUpdate: [new pulumi.ResourceHook("enter the gate", () => {})] },
      });
    },
  );

const ofType = (resources: readonly RegisteredResource[], type: string) =>
  resources.filter((resource) => resource.type === type);

describe("an EKS cluster", () => {
  it("gives every node group its own version, so that an upgrade of the cluster reaches the nodes", async () => {
    for (const version of ["1.35", "1.36"]) {
      const resources = await registered(version);
      expect(ofType(resources, "aws:eks/cluster:Cluster")[0]?.inputs.version).toBe(version);
      const groups = ofType(resources, "aws:eks/nodeGroup:NodeGroup");
      expect(groups.map(({ inputs }) => [inputs.nodeGroupName, inputs.version])).toEqual([
        ["system", version],
        ["validators-0", version],
        ["validators-1", version],
      ]);
    }
  });

  it("that failed and has only its inputs does not end the program, which has other regions", async () => {
    const resources = await registered("1.35", [], { clusterOutputs: {} });
    expect(ofType(resources, "aws:iam/openIdConnectProvider:OpenIdConnectProvider")).toHaveLength(1);
    expect(ofType(resources, "aws:iam/role:Role")).toHaveLength(3);
  });

  it("runs what mounts secrets, on the validators' tainted nodes too, only if keys are in Secrets Manager", async () => {
    const addons = async (keyStore: "kubernetes" | "secretsManager") =>
      ofType(await registered("1.35", [], { keyStore }), "aws:eks/addon:Addon").map(({ inputs }) => inputs);
    const namesOf = (inputs: readonly { readonly addonName: string }[]) =>
      inputs.map(({ addonName }) => addonName).sort();
    const stored = await addons("secretsManager");
    expect(namesOf(await addons("kubernetes"))).toEqual(["aws-ebs-csi-driver", "vpc-cni"]);
    expect(namesOf(stored)).toEqual([
      "aws-ebs-csi-driver",
      "aws-secrets-store-csi-driver-provider",
      "eks-pod-identity-agent",
      "vpc-cni",
    ]);
    const driver = stored.find(({ addonName }) => addonName === "aws-secrets-store-csi-driver-provider");
    expect(JSON.parse(driver.configurationValues)).toEqual({
      tolerations: [
        { key: "chainfleet.dev/pool", value: "validators", operator: "Equal", effect: "NoSchedule" },
      ],
    });
  });

  it("lets the update of a node group with validators wait at the gate", async () => {
    const groups = ofType(await registered(), "aws:eks/nodeGroup:NodeGroup");
    const waiting = groups.filter(({ beforeUpdate }) => beforeUpdate.includes("enter the gate"));
    expect(waiting.map(({ inputs }) => inputs.nodeGroupName)).toEqual(["validators-0", "validators-1"]);
  });

  it("names the validators' machines in the launch template, whose versions EKS rolls out", async () => {
    const resources = await registered();
    const [template] = ofType(resources, "aws:ec2/launchTemplate:LaunchTemplate");
    expect(template?.inputs.instanceType).toBe("m6i.2xlarge");
    const groups = ofType(resources, "aws:eks/nodeGroup:NodeGroup");
    expect(groups.map(({ inputs }) => inputs.instanceTypes)).toEqual([["m6i.xlarge"], undefined, undefined]);
  });

  it("is known by the address of its API server, so that another certificate authority makes no other cluster", async () => {
    const [provider] = ofType(await registered(), "pulumi:providers:kubernetes");
    expect(provider?.inputs.clusterIdentifier).toBe("https://eks.invalid");
  });

  it("gives rights to its administrators, and none to whoever happens to create it", async () => {
    const resources = await registered();
    expect(ofType(resources, "aws:eks/cluster:Cluster")[0]?.inputs.accessConfig).toEqual({
      authenticationMode: "API",
      bootstrapClusterCreatorAdminPermissions: false,
    });
    const entries = ofType(resources, "aws:eks/accessEntry:AccessEntry");
    expect(entries.map(({ inputs }) => inputs.principalArn)).toEqual([ADA, CI]);
    const rights = ofType(resources, "aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    expect(
      rights.map(({ inputs }) => [inputs.principalArn, inputs.policyArn, inputs.accessScope.type]),
    ).toEqual(
      [ADA, CI].map((arn) => [
        arn,
        "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        "cluster",
      ]),
    );
  });

  it("is not connected to before its administrators have rights", async () => {
    const requests: string[] = [];
    await registered("1.35", requests);
    const connected = requests.indexOf("aws:eks/getCluster:getCluster");
    const granted = requests.lastIndexOf("aws:eks/accessPolicyAssociation:AccessPolicyAssociation");
    expect(granted).toBeGreaterThanOrEqual(0);
    expect(connected).toBeGreaterThan(granted);
  });
});
