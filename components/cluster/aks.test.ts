import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { AzureRegion } from "../region/azure";
import { AksCluster, poolSizeProblems } from "./aks";

/** What the program reads of the kubeconfig that AKS writes. */
const KUBECONFIG = `
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from("a certificate").toString("base64")}
    server: https://aks.invalid:443
  name: aks
`;

const registered = (kubernetesVersion: string, keyStore?: "keyVault") =>
  registeredResources(
    {
      newResource: ({ name, inputs }) => ({
        id: name,
        outputs: { name: inputs.resourceName ?? inputs.resourceGroupName ?? name },
      }),
      call: () => ({ kubeconfigs: [{ value: Buffer.from(KUBECONFIG).toString("base64") }] }),
    },
    () => {
      const shared = {
        network: "chain138",
        location: "eastus",
        validators: 2,
        validatorMachines: 2,
        reclaimPolicy: "Retain",
      } as const;
      return new AksCluster("eastus", {
        ...shared,
        region: new AzureRegion("eastus", shared),
        systemVmSize: "Standard_D4s_v5",
        validatorVmSize: "Standard_D8s_v5",
        kubernetesVersion,
        keyStore,
        privateApi: false,
        apiAllowedCidrs: [],
        updateHooks: { beforeUpdate: [new pulumi.ResourceHook("enter the gate", () => {})] },
      });
    },
  );

describe("an AKS cluster", () => {
  it("gives every pool its own version, so that an upgrade of the cluster reaches the nodes", async () => {
    for (const version of ["1.35", "1.36"]) {
      const cluster = (await registered(version)).find(({ type }) => type.endsWith(":ManagedCluster"));
      expect(cluster?.inputs.kubernetesVersion).toBe(version);
      expect(cluster?.inputs.agentPoolProfiles).toMatchObject([
        { name: "system", orchestratorVersion: version },
        { name: "validators", orchestratorVersion: version },
      ]);
      expect(cluster?.beforeUpdate).toEqual(["enter the gate"]);
    }
  });

  it("runs the driver of vaults only if the keys are in one", async () => {
    const addons = async (keyStore?: "keyVault") =>
      (await registered("1.35", keyStore)).find(({ type }) => type.endsWith(":ManagedCluster"))?.inputs
        .addonProfiles;
    expect(await addons()).toBeUndefined();
    expect(await addons("keyVault")).toMatchObject({ azureKeyvaultSecretsProvider: { enabled: true } });
  });

  it("creates disks in the region's disk group, which outlives the cluster", async () => {
    const resources = await registered("1.35");
    const storageClass = resources.find(({ type }) => type.endsWith(":StorageClass"));
    expect(storageClass?.inputs.parameters.resourceGroup).toBe("chain138-eastus-disks");
    const cluster = resources.find(({ type }) => type.endsWith(":ManagedCluster"));
    expect(cluster?.inputs.nodeResourceGroup).not.toBe("chain138-eastus-disks");
  });
});

describe("the pools of an existing AKS cluster", () => {
  const problemsWith = async (answer: () => Record<string, unknown>, validatorVmSize: string) => {
    let problems: Promise<readonly string[]> = Promise.resolve([]);
    await registeredResources(
      { newResource: ({ name }) => ({ id: name, outputs: {} }), call: answer },
      () => {
        problems = poolSizeProblems("chain138", "eastus", {
          systemVmSize: "Standard_D4s_v5",
          validatorVmSize,
        });
      },
    );
    return problems;
  };
  const existing = () => ({
    agentPoolProfiles: [
      { name: "system", vmSize: "Standard_D4s_v5" },
      { name: "validators", vmSize: "Standard_D8s_v5" },
    ],
  });

  it("keep their size: another one is a problem of the config, with the way to get it", async () => {
    expect(await problemsWith(existing, "standard_d8s_v5")).toEqual([]);
    const [problem, ...others] = await problemsWith(existing, "Standard_D16s_v5");
    expect(others).toEqual([]);
    expect(problem).toContain(
      'has validatorVmSize Standard_D16s_v5, but the machines of the pool "validators" in the existing cluster are Standard_D8s_v5',
    );
  });

  it("are no problem where the cluster does not exist", async () => {
    const missing = () => {
      throw new Error("ResourceNotFound");
    };
    expect(await problemsWith(missing, "Standard_D16s_v5")).toEqual([]);
  });
});
