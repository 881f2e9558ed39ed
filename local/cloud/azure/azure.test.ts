import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import { AzureFixture, inGroup, types } from "../testing/azure";
import type { Created } from "../testing/session";

const { group, network, securityGroup, address, identity, credential, role, pool } = types;

let fixture: AzureFixture;
let azure: AzureFixture["azure"];
beforeEach(async () => {
  fixture = await AzureFixture.open();
  azure = fixture.azure;
});

describe("ids and names", () => {
  test("ids are ARM's, names are made up from the program's name and the random seed", async () => {
    const made = await azure.create(address, "p2p", {
      resourceGroupName: "rg",
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
    });
    expect(made.id).toMatch(
      /^\/subscriptions\/sub\/resourceGroups\/rg\/providers\/Microsoft\.Network\/publicIPAddresses\/p2p[0-9a-f]{8}$/,
    );
    expect(made.inputs).toMatchObject({ location: "westeurope", __createBeforeDelete: true });
    expect(made.outputs).toMatchObject({
      provisioningState: "Succeeded",
      ipAddress: expect.stringMatching(/^198\.1[89]\./),
    });
  });

  test("what exists cannot be created again", async () => {
    await fixture.vnet();
    await expect(fixture.vnet()).rejects.toThrow(
      "cannot create already existing resource '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet'",
    );
  });

  test("a resource is adopted by its id alone, in any case, with the inputs it was made with", async () => {
    const made = await fixture.vnet();
    const adopted = await azure.read(network, made.id.toUpperCase());
    expect(adopted).toEqual({ id: made.id, inputs: made.inputs, outputs: made.outputs });
    expect(await azure.read(network, `${made.id}x`)).toBeUndefined();
  });
});

describe("in use", () => {
  test("what a cluster uses cannot be deleted before it; a group goes with all that is in it", async () => {
    const vnet = await fixture.vnet();
    const { id, ...nodes } = await fixture.subnet("10.0.0.0/20");
    await fixture.aks({ networkProfile: { serviceCidr: "10.200.0.0/16" } }, { vnetSubnetID: id });
    await expect(azure.delete({ ...nodes, id })).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    await expect(azure.delete(vnet)).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    const rg = await azure.read(group, "/subscriptions/sub/resourceGroups/rg");
    await azure.delete({ ...(rg as Created), type: group, name: "rg" });
    expect(fixture.cloud.list()).toEqual([]);
  });

  test("a security group is held by its subnet; deleting what is gone already succeeds", async () => {
    await fixture.vnet();
    const nsg = await azure.create(securityGroup, "nsg", inGroup);
    const nodes = await fixture.subnet("10.0.0.0/20", "nodes", { networkSecurityGroup: { id: nsg.id } });
    await expect(azure.delete(nsg)).rejects.toThrow(/InUseNetworkSecurityGroupCannotBeDeleted/);
    await azure.delete(nodes);
    await azure.delete(nsg);
    await azure.delete(nsg);
  });

  test("the last system pool stays", async () => {
    const { id } = await fixture.aks();
    const system = await azure.read(pool, `${id}/agentPools/system`);
    await expect(azure.delete({ ...(system as Created), type: pool, name: "system" })).rejects.toThrow(
      /last system agent pool/,
    );
  });
});

test("a cluster answers with what others need of it", async () => {
  const user = await azure.create(identity, "user", inGroup);
  const made = await fixture.aks({
    identity: { type: "UserAssigned", userAssignedIdentities: [user.id] },
    oidcIssuerProfile: { enabled: true },
  });
  expect(made.outputs).toMatchObject({
    provisioningState: "Succeeded",
    nodeResourceGroup: "MC_rg_aks_westeurope",
    oidcIssuerProfile: {
      issuerURL: expect.stringMatching(/^https:\/\/westeurope\.oic\.prod-aks\.azure\.com\//),
    },
    fqdn: expect.stringMatching(/^aks-[0-9a-f]{8}\.hcp\.westeurope\.azmk8s\.io$/),
    identity: { userAssignedIdentities: { [user.id]: { principalId: user.outputs.principalId } } },
  });
  const about = { resourceGroupName: "rg", resourceName: "aks", format: "exec" };
  const { kubeconfigs } = await azure.invoke(
    "azure-native:containerservice:listManagedClusterUserCredentials",
    about,
  );
  const [{ value = "" } = {}] = kubeconfigs as { value: string }[];
  const kubeconfig = JSON.parse(Buffer.from(value, "base64").toString());
  expect(kubeconfig.clusters[0].cluster).toEqual({
    server: "https://127.0.0.1:6443",
    "certificate-authority-data": Buffer.from("a certificate").toString("base64"),
  });
  expect(kubeconfig.users[0].user.exec).toMatchObject({
    command: "kubelogin",
    args: expect.arrayContaining(["get-token", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"]),
  });
});

test("a role is assigned to principals that exist, of their type, once", async () => {
  const user = await azure.create(identity, "user", inGroup);
  const assign = (more: PropertyMap) =>
    azure.create(role, `role${Math.random()}`, {
      scope: "/subscriptions/sub/resourceGroups/rg",
      principalId: user.outputs.principalId ?? null,
      principalType: "ServicePrincipal",
      roleDefinitionId:
        "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7",
      ...more,
    });
  await assign({});
  await expect(assign({})).rejects.toThrow(/RoleAssignmentExists/);
  await expect(assign({ principalType: "User" })).rejects.toThrow(/UnmatchedPrincipalType/);
  await expect(assign({ principalId: "4d97b98b-1d4f-4787-a291-c67834d212e7" })).rejects.toThrow(
    /PrincipalNotFound/,
  );
  await expect(assign({ roleDefinitionId: "Contributor" })).rejects.toThrow(/RoleDefinitionDoesNotExist/);
  await expect(assign({ scope: `${user.id}x` })).rejects.toThrow(/ResourceNotFound/);
});

test("pools of one cluster that are changed at once conflict", async () => {
  const slow = await AzureFixture.open(0.001);
  await slow.aks();
  const make = (name: string) =>
    slow.azure.create(pool, name, {
      resourceGroupName: "rg",
      resourceName: "aks",
      vmSize: "Standard_D4s_v5",
    });
  const pools = await Promise.allSettled([make("one"), make("two")]);
  expect(pools.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = pools.find((result) => result.status === "rejected");
  expect(String(refused?.reason)).toMatch(
    /Status=409 Code="OperationNotAllowed" Message="Operation is not allowed: Another agentpool operation \((one|two) - Creating\)/,
  );
});

test("credentials of one identity that are written at once conflict", async () => {
  const slow = await AzureFixture.open(0.1);
  await slow.azure.create(identity, "user", { ...inGroup, resourceName: "user" });
  const make = (name: string) =>
    slow.azure.create(credential, name, {
      resourceGroupName: "rg",
      resourceName: "user",
      issuer: "https://issuer",
      subject: name,
      audiences: ["api://AzureADTokenExchange"],
    });
  const credentials = await Promise.allSettled([make("one"), make("two")]);
  expect(credentials.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("subnets that are made at once wait for each other as the plugin's client does", async () => {
  const slow = await AzureFixture.open(0.02);
  await slow.vnet();
  await Promise.all([slow.subnet("10.0.0.0/24", "one"), slow.subnet("10.0.1.0/24", "two")]);
  const counts = slow.cloud.statistics.of("PUT Microsoft.Network/virtualNetworks/subnets");
  expect(counts.errors).toBe(0);
  expect(counts.retries).toBeGreaterThan(0);
});
