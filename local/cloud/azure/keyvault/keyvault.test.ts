import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../../plugin/values";
import { AzureFixture, inGroup, types } from "../../../testing/azure-cloud";
import { Driver } from "../../../testing/cloud-session";
import { type PodRequest, readSecret, readSecretForPod } from "./data-plane";
import { recoverVault } from "./vault";

const SECRETS_USER =
  "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/4633458b-17de-408a-b874-0445c86b69e6";

let fixture: AzureFixture;
let azure: AzureFixture["azure"];
beforeEach(async () => {
  fixture = await AzureFixture.open();
  azure = fixture.azure;
});

const properties = { tenantId: "tenant", sku: { family: "A", name: "standard" } };
const createVault = (vaultName = "chain138-1", more: PropertyMap = {}, driver = azure) =>
  driver.create(types.vault, "vault", {
    ...inGroup,
    vaultName,
    properties: { ...properties, ...more },
  });
const createSecret = (secretName = "validator-0") =>
  azure.create(types.secret, secretName, {
    resourceGroupName: "rg",
    vaultName: "chain138-1",
    secretName,
    properties: { value: "0x01" },
  });

describe("a vault", () => {
  test.each([
    ["ab", /too short/],
    ["a".repeat(25), /too long/],
    ["1vault", /VaultNameNotValid/],
    ["vault-", /VaultNameNotValid/],
    ["two--hyphens", /VaultNameNotValid/],
    ["dots.are.not", /does not match/],
  ])("is not named %s", async (name, message) => {
    await expect(createVault(name)).rejects.toThrow(message);
  });

  test("has a name that no other vault has, in no subscription", async () => {
    await createVault("taken");
    const other = await Driver.azure(fixture.cloud, { subscriptionId: "other" });
    await other.create(types.group, "rg", inGroup);
    await expect(createVault("taken", {}, other)).rejects.toThrow(/VaultAlreadyExists/);
  });

  test("keeps its protection", async () => {
    await expect(createVault("a-vault", { enablePurgeProtection: false })).rejects.toThrow(/irreversible/);
    await expect(createVault("a-vault", { enableSoftDelete: false })).rejects.toThrow(/irreversible/);
    await expect(createVault("a-vault", { softDeleteRetentionInDays: 6 })).rejects.toThrow(/7 and 90/);
    const created = await createVault("a-vault", { softDeleteRetentionInDays: 30 });
    const longer = { ...created.inputs, properties: { ...properties, softDeleteRetentionInDays: 90 } };
    await expect(azure.update(created, longer)).rejects.toThrow(/can't be modified/);
  });

  test("admits a subnet only if the subnet has the service's endpoint", async () => {
    await fixture.vnet();
    const plain = await fixture.subnet("10.0.0.0/20");
    const rules = (id: string) => ({ networkAcls: { defaultAction: "Deny", virtualNetworkRules: [{ id }] } });
    await expect(createVault("a-vault", rules(plain.id))).rejects.toThrow(
      /SubnetsHaveNoServiceEndpointsConfigured/,
    );
    const endpoint = { serviceEndpoints: [{ service: "Microsoft.KeyVault" }] };
    const { id } = await fixture.subnet("10.0.16.0/20", "validators", endpoint);
    await createVault("a-vault", rules(id));
  });

  test("keeps its name when it is deleted, alone or with its group, until it is recovered with its secrets", async () => {
    const vault = await createVault();
    await createSecret();
    await azure.delete(vault);
    await expect(createVault()).rejects.toThrow(/ConflictError.*deleted state/);
    recoverVault(fixture.cloud, "chain138-1");
    expect((await azure.read(types.secret, `${vault.id}/secrets/validator-0`))?.id).toBeDefined();

    const rg = await azure.read(types.group, "/subscriptions/sub/resourceGroups/rg");
    await azure.delete({ ...rg, type: types.group, name: "rg" } as Parameters<Driver["delete"]>[0]);
    expect(() => recoverVault(fixture.cloud, "chain138-1")).toThrow(/ResourceGroupNotFound/);
    await azure.create(types.group, "rg", inGroup);
    await expect(createVault()).rejects.toThrow(/ConflictError/);
    recoverVault(fixture.cloud, "chain138-1");
    expect(() => recoverVault(fixture.cloud, "chain138-1")).toThrow(/DeletedVaultNotFound/);
  });
});

describe("a secret", () => {
  test("is never read back through Resource Manager", async () => {
    const vault = await createVault();
    const created = await createSecret();
    expect(JSON.stringify(created.outputs)).not.toContain("0x01");
    const read = await azure.read(types.secret, `${vault.id}/secrets/validator-0`);
    expect(JSON.stringify(read)).not.toContain("0x01");
    expect(read?.outputs.properties).toMatchObject({
      secretUri: expect.stringMatching(/\/secrets\/validator-0$/),
    });
    expect((await azure.refresh(created))?.inputs).toEqual(created.inputs);
  });

  test("keeps its name when it is deleted", async () => {
    await createVault();
    await azure.delete(await createSecret());
    await expect(createSecret()).rejects.toThrow(/Conflict.*deleted but recoverable state/);
    await createSecret("validator-1");
  });

  test("is read by the deployer with a token for vaults", async () => {
    await createVault();
    await createSecret();
    const tokenFor = async (args: PropertyMap) =>
      `Bearer ${(await azure.invoke("azure-native:authorization:getClientToken", args)).token}`;
    const place = { vault: "chain138-1", name: "validator-0" };
    const token = await tokenFor({ endpoint: "https://vault.azure.net" });
    expect(readSecret(fixture.cloud, place, token)).toEqual({ value: "0x01" });
    expect(() => readSecret(fixture.cloud, { ...place, name: "other" }, token)).toThrow(/SecretNotFound/);
    const management = await tokenFor({});
    expect(() => readSecret(fixture.cloud, place, management)).toThrow(/Unauthorized/);
    expect(() => readSecret(fixture.cloud, place, undefined)).toThrow(/Unauthorized/);
  });
});

describe("a pod gets a secret", () => {
  const addon = { addonProfiles: { azureKeyvaultSecretsProvider: { enabled: true } } };
  const namespace = "aks";

  /** A pod that may read the secret, but for what a test leaves out. */
  async function pod(without: "addon" | "credential" | "role" | "subnet" | "nothing"): Promise<PodRequest> {
    await fixture.vnet();
    const endpoint = { serviceEndpoints: [{ service: "Microsoft.KeyVault" }] };
    const [nodes, others] = [
      await fixture.subnet("10.0.0.0/20", "nodes", endpoint),
      await fixture.subnet("10.0.16.0/20", "others", endpoint),
    ];
    const cluster = await fixture.aks(
      {
        oidcIssuerProfile: { enabled: true },
        networkProfile: { serviceCidr: "10.200.0.0/16" },
        ...(without === "addon" ? {} : addon),
      },
      { vnetSubnetID: nodes.id },
    );
    const identity = await azure.create(types.identity, "keys", { ...inGroup, resourceName: "keys" });
    const vault = await createVault("chain138-1", {
      networkAcls: {
        defaultAction: "Deny",
        virtualNetworkRules: [{ id: without === "subnet" ? others.id : nodes.id }],
      },
    });
    await createSecret();
    if (without !== "credential") {
      await azure.create(types.credential, "credential", {
        resourceGroupName: "rg",
        resourceName: "keys",
        issuer: (cluster.outputs.oidcIssuerProfile as PropertyMap).issuerURL ?? null,
        subject: `system:serviceaccount:${namespace}:validators`,
        audiences: ["api://AzureADTokenExchange"],
      });
    }
    if (without !== "role") {
      await azure.create(types.role, "role", {
        scope: vault.id,
        roleDefinitionId: SECRETS_USER,
        principalId: identity.outputs.principalId ?? null,
        principalType: "ServicePrincipal",
      });
    }
    const { clientId, tenantId } = identity.outputs;
    return {
      namespace,
      serviceAccount: "validators",
      clientId: String(clientId),
      tenantId: String(tenantId),
      vault: "chain138-1",
      name: "validator-0",
    };
  }

  test("with everything in its place, and only as its own ServiceAccount", async () => {
    const request = await pod("nothing");
    expect(readSecretForPod(fixture.cloud, request)).toEqual({ value: "0x01" });
    const refused = (change: Partial<PodRequest>) => () =>
      readSecretForPod(fixture.cloud, { ...request, ...change });
    expect(refused({ serviceAccount: "besu" })).toThrow(/AADSTS700213/);
    expect(refused({ clientId: "other" })).toThrow(/AADSTS700016/);
    expect(refused({ vault: "chain138-2" })).toThrow(/VaultNotFound/);
    expect(refused({ name: "validator-1" })).toThrow(/SecretNotFound/);
  });

  test.each([
    ["addon", /not found in the list of registered CSI drivers/],
    ["credential", /AADSTS700213/],
    ["role", /ForbiddenByRbac/],
    ["subnet", /ForbiddenByFirewall/],
  ] as const)("not without its %s", async (without, message) => {
    const request = await pod(without);
    expect(() => readSecretForPod(fixture.cloud, request)).toThrow(message);
  });
});
