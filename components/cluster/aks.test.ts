import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { AzureRegion } from "../region/azure";
import { AksCluster } from "./aks";

interface Overrides {
  readonly keyStore?: "keyVault";
  readonly location?: string;
  readonly validatorZones?: readonly string[];
  readonly validatorMachines?: number;
}

/** What the program reads of the kubeconfig that AKS writes. */
const KUBECONFIG = `
clusters:
- cluster:
    certificate-authority-data: ${Buffer.from("a certificate").toString("base64")}
    server: https://aks.invalid:443
  name: aks
`;

const registered = (kubernetesVersion: string, overrides: Overrides = {}) =>
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
        validatorZones: ["1", "2", "3"],
        reclaimPolicy: "Retain",
        ...overrides,
      } as const;
      return new AksCluster("eastus", {
        ...shared,
        region: new AzureRegion("eastus", shared),
        systemVmSize: "Standard_D4s_v5",
        validatorVmSize: "Standard_D8s_v5",
        kubernetesVersion,
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
        { name: "validators1", orchestratorVersion: version },
        { name: "validators2", orchestratorVersion: version },
        { name: "validators3", orchestratorVersion: version },
      ]);
      expect(cluster?.beforeUpdate).toEqual(["enter the gate"]);
    }
  });

  it("has a pool for the validators of each zone, or one where they are not divided by zones", async () => {
    const pools = async (overrides: Overrides) => {
      const cluster = (await registered("1.35", overrides)).find(({ type }) =>
        type.endsWith(":ManagedCluster"),
      );
      const profiles = cluster?.inputs.agentPoolProfiles as readonly Record<string, unknown>[];
      return profiles.map(({ name, count, availabilityZones }) => [name, count, availabilityZones]);
    };
    expect(await pools({ validatorMachines: 4 })).toEqual([
      ["system", 2, ["1", "2", "3"]],
      ["validators1", 2, ["1"]],
      ["validators2", 1, ["2"]],
      ["validators3", 1, ["3"]],
    ]);
    expect(await pools({ validatorZones: [] })).toEqual([
      ["system", 2, ["1", "2", "3"]],
      ["validators", 2, ["1", "2", "3"]],
    ]);
    expect(await pools({ location: "westus", validatorZones: [] })).toEqual([
      ["system", 2, undefined],
      ["validators", 2, undefined],
    ]);
  });

  it("runs the driver of vaults only if the keys are in one", async () => {
    const addons = async (keyStore?: "keyVault") =>
      (await registered("1.35", keyStore === undefined ? {} : { keyStore })).find(({ type }) =>
        type.endsWith(":ManagedCluster"),
      )?.inputs.addonProfiles;
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
