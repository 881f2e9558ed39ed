import * as pulumi from "@pulumi/pulumi";
import { expect, it } from "vitest";
import { registeredResources } from "../../../test/dump/registered-resources";
import { BesuNamespace } from "../namespace";
import { AzureKeyVault, type AzureKeyVaultArgs } from "./azure-key-vault";

/** The address of the private key 1. */
const ADDRESS = "0x7e5f4552091a69125d5dfcb7b8c2659029395bdf";
const PRIVATE_KEY = `0x${"1".padStart(64, "0")}` as const;
const SUBNET =
  "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/n/subnets/validators";

/** The resources of a region with one validator, and what its pod mounts. */
async function registered(access: Pick<AzureKeyVaultArgs, "privateApi" | "apiAllowedCidrs">) {
  let mounted: unknown;
  const resources = await registeredResources(
    {
      newResource: ({ name, inputs }) => ({
        id: `/subscriptions/s/${name}`,
        outputs: {
          name: inputs.secretName ?? inputs.vaultName ?? inputs.resourceName ?? name,
          clientId: `client of ${name}`,
          principalId: `principal of ${name}`,
        },
      }),
    },
    () => {
      const vault = new AzureKeyVault("eastus", {
        network: "chain138",
        location: "eastus",
        resourceGroupName: "chain138-eastus",
        tenantId: "tenant",
        validatorsSubnetId: SUBNET,
        issuerUrl: "https://issuer.invalid/",
        firstValidator: ADDRESS,
        ...access,
      });
      const namespace = new BesuNamespace(
        "eastus",
        { namespaceName: "chain138-eastus", clusterReady: [], monitoringNamespaces: [], loadBalancers: 1 },
        {},
      );
      const keys = vault.inNamespace("eastus", namespace, {});
      const { volume } = keys.store(
        {
          name: "eastus-validator-0",
          objectName: "validator-0",
          metadata: { namespace: namespace.name, labels: { role: "validator" } },
          privateKey: pulumi.secret(PRIVATE_KEY),
        },
        {},
      );
      const everything = pulumi.all([volume, keys.serviceAccountName]);
      return new Promise<void>((resolve) =>
        everything.apply(([known, serviceAccount]) => {
          mounted = { ...known, serviceAccount };
          resolve();
        }),
      );
    },
  );
  const one = (name: string) => resources.find((resource) => resource.name === name)?.inputs;
  return { resources, one, mounted: () => mounted };
}

it("keeps a key in a vault that nobody can purge, and that admits the validators' subnet", async () => {
  const { one } = await registered({ privateApi: false, apiAllowedCidrs: ["203.0.113.0/24"] });
  expect(one("eastus-vault")).toMatchObject({
    vaultName: expect.stringMatching(/^chain138-[0-9a-f]{11}$/),
    properties: {
      tenantId: "tenant",
      enableRbacAuthorization: true,
      enableSoftDelete: true,
      enablePurgeProtection: true,
      networkAcls: {
        bypass: "None",
        defaultAction: "Deny",
        virtualNetworkRules: [{ id: SUBNET }],
        ipRules: [{ value: "203.0.113.0/24" }],
      },
    },
  });
  expect(one("eastus-validator-0-key")).toMatchObject({
    secretName: `validator-0-${ADDRESS.slice(2)}`,
    vaultName: expect.stringMatching(/^chain138-/),
  });
});

it("admits every address where every address may reach the cluster, and none to a private cluster", async () => {
  const open = await registered({ privateApi: false, apiAllowedCidrs: [] });
  expect(open.one("eastus-vault")?.properties.networkAcls).toMatchObject({ defaultAction: "Allow" });
  const closed = await registered({ privateApi: true, apiAllowedCidrs: ["203.0.113.0/24"] });
  expect(closed.one("eastus-vault")?.properties.networkAcls).toMatchObject({
    defaultAction: "Deny",
    ipRules: [],
  });
});

it("lets the validators' ServiceAccount alone read the vault's secrets", async () => {
  const { one } = await registered({ privateApi: false, apiAllowedCidrs: [] });
  expect(one("eastus-keys-credential")).toMatchObject({
    issuer: "https://issuer.invalid/",
    subject: "system:serviceaccount:chain138-eastus:validators",
    audiences: ["api://AzureADTokenExchange"],
  });
  expect(one("eastus-keys-reader")).toMatchObject({
    scope: "/subscriptions/s/eastus-vault",
    principalId: "principal of eastus-keys-identity",
    roleDefinitionId: expect.stringMatching(/\/4633458b-17de-408a-b874-0445c86b69e6$/),
  });
});

it("mounts the key as the file that Besu reads, and puts no key into the cluster", async () => {
  const { resources, one, mounted } = await registered({ privateApi: false, apiAllowedCidrs: [] });
  const { vaultName } = one("eastus-vault") ?? {};
  expect(one("eastus-validator-0-key-class")).toMatchObject({
    kind: "SecretProviderClass",
    spec: {
      provider: "azure",
      parameters: {
        clientID: "client of eastus-keys-identity",
        tenantId: "tenant",
        keyvaultName: vaultName,
        objects: `array:\n  - |\n    objectName: validator-0-${ADDRESS.slice(2)}\n    objectType: secret\n    objectAlias: key\n`,
      },
    },
  });
  expect(mounted()).toMatchObject({ csi: { driver: "secrets-store.csi.k8s.io", readOnly: true } });
  expect(resources.filter(({ type }) => type.endsWith(":Secret")).map(({ type }) => type)).toEqual([
    "azure-native:keyvault:Secret",
  ]);
});
