import { beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import type { PropertyMap } from "../../plugin/values";
import { AzureFixture, inGroup, types } from "../../testing/azure-cloud";
import type { Created } from "../../testing/cloud-session";
import { createDisk } from "./aks/disks";

const { group, securityGroup, address, identity, credential, role, cluster, pool } = types;

let fixture: AzureFixture;
let azure: AzureFixture["azure"];
beforeEach(async () => {
  fixture = await AzureFixture.open();
  azure = fixture.azure;
});

describe("ids and names", () => {
  test("a resource has an ARM id, with a name generated from the program's name and the random seed", async () => {
    const created = await azure.create(address, "p2p", {
      resourceGroupName: "rg",
      sku: { name: "Standard" },
      publicIPAllocationMethod: "Static",
    });
    expect(created.id).toMatch(
      /^\/subscriptions\/sub\/resourceGroups\/rg\/providers\/Microsoft\.Network\/publicIPAddresses\/p2p[0-9a-f]{8}$/,
    );
    expect(created.inputs).toMatchObject({ location: "westeurope", __createBeforeDelete: true });
    expect(created.outputs).toMatchObject({
      provisioningState: "Succeeded",
      ipAddress: expect.stringMatching(/^198\.1[89]\./),
    });
  });

  test("refuses to create a resource that exists already", async () => {
    await fixture.vnet();
    await expect(fixture.vnet()).rejects.toThrow(
      "cannot create already existing resource '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet'",
    );
  });

  test("a read by id alone, in any letter case, takes the service's defaults into the inputs", async () => {
    const created = await fixture.aks();
    const adopted = await azure.read(cluster, created.id.toUpperCase());
    expect(adopted).toMatchObject({ id: created.id, outputs: created.outputs });
    expect(adopted?.inputs).toMatchObject({
      resourceName: "aks",
      networkProfile: { networkPlugin: "kubenet", serviceCidr: "10.0.0.0/16" },
      agentPoolProfiles: [{ name: "system", osSKU: "Ubuntu", maxPods: 250 }],
      supportPlan: "KubernetesOfficial",
    });
    expect(created.inputs).not.toHaveProperty("networkProfile");
    expect(await azure.read(cluster, `${created.id}x`)).toBeUndefined();
  });

  test("a read with a state returns the state's inputs unless the outputs changed", async () => {
    const created = await fixture.aks();
    expect((await azure.refresh(created))?.inputs).toEqual(created.inputs);
    await azure.create(pool, "workers", {
      resourceGroupName: "rg",
      resourceName: "aks",
      agentPoolName: "workers",
      vmSize: "Standard_D4s_v5",
      mode: "User",
    });
    expect((await azure.refresh(created))?.inputs.agentPoolProfiles).toMatchObject([
      { name: "system" },
      { name: "workers" },
    ]);
  });

  test("a subnet that is a resource of its own does not change the inputs of its network", async () => {
    const created = await fixture.vnet();
    await fixture.subnet("10.0.0.0/20");
    const refreshed = await azure.refresh(created);
    expect(refreshed?.outputs.subnets).toHaveLength(1);
    expect(refreshed?.inputs).toEqual(created.inputs);
  });
});

describe("resources in use", () => {
  test("a subnet cannot be deleted before the cluster in it; a resource group is deleted with all its resources", async () => {
    const vnet = await fixture.vnet();
    const { id, ...nodes } = await fixture.subnet("10.0.0.0/20");
    await fixture.aks({ networkProfile: { serviceCidr: "10.200.0.0/16" } }, { vnetSubnetID: id });
    await expect(azure.delete({ ...nodes, id })).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    await expect(azure.delete(vnet)).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    const rg = await azure.read(group, "/subscriptions/sub/resourceGroups/rg");
    await azure.delete({ ...(rg as Created), type: group, name: "rg" });
    expect(fixture.cloud.list()).toEqual([]);
  });

  test("a security group cannot be deleted before its subnet; deleting a deleted resource succeeds", async () => {
    await fixture.vnet();
    const nsg = await azure.create(securityGroup, "nsg", inGroup);
    const nodes = await fixture.subnet("10.0.0.0/20", "nodes", { networkSecurityGroup: { id: nsg.id } });
    await expect(azure.delete(nsg)).rejects.toThrow(/InUseNetworkSecurityGroupCannotBeDeleted/);
    await azure.delete(nodes);
    await azure.delete(nsg);
    await azure.delete(nsg);
  });

  test("the last system pool of a cluster cannot be deleted", async () => {
    const { id } = await fixture.aks();
    const system = await azure.read(pool, `${id}/agentPools/system`);
    await expect(azure.delete({ ...(system as Created), type: pool, name: "system" })).rejects.toThrow(
      /last system agent pool/,
    );
  });
});

test("a cluster has the outputs and the credentials that other resources need", async () => {
  const user = await azure.create(identity, "user", inGroup);
  const created = await fixture.aks({
    identity: { type: "UserAssigned", userAssignedIdentities: [user.id] },
    oidcIssuerProfile: { enabled: true },
  });
  expect(created.outputs).toMatchObject({
    provisioningState: "Succeeded",
    nodeResourceGroup: "MC_rg_aks_westeurope",
    oidcIssuerProfile: {
      issuerURL: expect.stringMatching(/^https:\/\/westeurope\.oic\.prod-aks\.azure\.com\//),
    },
    fqdn: expect.stringMatching(/^aks-[0-9a-f]{8}\.hcp\.westeurope\.azmk8s\.io$/),
    identity: { userAssignedIdentities: { [user.id]: { principalId: user.outputs.principalId } } },
  });
  const clusterArgs = { resourceGroupName: "rg", resourceName: "aks", format: "exec" };
  const { kubeconfigs } = await azure.invoke(
    "azure-native:containerservice:listManagedClusterUserCredentials",
    clusterArgs,
  );
  const [{ value = "" } = {}] = kubeconfigs as { value: string }[];
  const text = Buffer.from(value, "base64").toString();
  // AKS writes YAML that is no JSON.
  expect(() => JSON.parse(text)).toThrow(SyntaxError);
  const kubeconfig = parse(text);
  expect(kubeconfig.clusters[0].cluster).toEqual({
    server: "https://127.0.0.1:6443",
    "certificate-authority-data": Buffer.from("a certificate").toString("base64"),
  });
  expect(kubeconfig.users[0].user.exec).toMatchObject({
    command: "kubelogin",
    args: expect.arrayContaining(["get-token", "--server-id", "6dae42f8-4368-4678-94ff-3960e28e3630"]),
  });
});

describe("the disks of a cluster", () => {
  const clusterOf = async (principal: Created) => {
    const created = await fixture.aks({
      identity: { type: "UserAssigned", userAssignedIdentities: [principal.id] },
    });
    await azure.create(group, "disks", { resourceGroupName: "disks", location: "westeurope" });
    return created;
  };
  const disk = (resourceGroup?: string) =>
    createDisk(fixture.cloud, { cluster: "aks", name: "pvc-1", resourceGroup }).id;

  test("are deleted with the cluster if they are in its node resource group", async () => {
    const created = await clusterOf(await azure.create(identity, "user", inGroup));
    const id = disk();
    expect(id).toBe(
      "/subscriptions/sub/resourceGroups/MC_rg_aks_westeurope/providers/Microsoft.Compute/disks/pvc-1",
    );
    await azure.delete(created);
    expect(fixture.cloud.list("azure-native:compute:Disk")).toEqual([]);
  });

  test("outlive the cluster in another group, in which the cluster's identity needs a role", async () => {
    const user = await azure.create(identity, "user", inGroup);
    const created = await clusterOf(user);
    expect(() => disk("missing")).toThrow(/ResourceGroupNotFound/);
    expect(() => disk("disks")).toThrow(/AuthorizationFailed.*Microsoft.Compute\/disks\/write/);
    await azure.create(role, "contributor", {
      scope: "/subscriptions/sub/resourceGroups/disks",
      principalId: user.outputs.principalId ?? null,
      principalType: "ServicePrincipal",
      roleDefinitionId:
        "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c",
    });
    const id = disk("disks");
    expect(disk("disks")).toBe(id);
    await azure.delete(created);
    expect(fixture.cloud.list("azure-native:compute:Disk").map((found) => found.id)).toEqual([id]);
  });
});

test("a role is assigned once, and only to an existing principal of the stated type", async () => {
  const user = await azure.create(identity, "user", inGroup);
  const assign = (overrides: PropertyMap) =>
    azure.create(role, `role${Math.random()}`, {
      scope: "/subscriptions/sub/resourceGroups/rg",
      principalId: user.outputs.principalId ?? null,
      principalType: "ServicePrincipal",
      roleDefinitionId:
        "/subscriptions/sub/providers/Microsoft.Authorization/roleDefinitions/4d97b98b-1d4f-4787-a291-c67834d212e7",
      ...overrides,
    });
  await assign({});
  await expect(assign({})).rejects.toThrow(/RoleAssignmentExists/);
  const other = await azure.create(group, "other", { resourceGroupName: "other", location: "westeurope" });
  const taken = { roleAssignmentName: "aaaaaaaa-0000-4000-8000-000000000001" };
  await assign({ ...taken, scope: other.id });
  await expect(
    assign({
      ...taken,
      scope: "/subscriptions/sub/resourceGroups/rg",
      principalId: (await azure.create(identity, "second", inGroup)).outputs.principalId ?? null,
    }),
  ).rejects.toThrow(/RoleAssignmentUpdateNotPermitted/);
  await expect(assign({ principalType: "User" })).rejects.toThrow(/UnmatchedPrincipalType/);
  await expect(assign({ principalId: "4d97b98b-1d4f-4787-a291-c67834d212e7" })).rejects.toThrow(
    /PrincipalNotFound/,
  );
  await expect(assign({ roleDefinitionId: "Contributor" })).rejects.toThrow(/RoleDefinitionDoesNotExist/);
  await expect(assign({ scope: `${user.id}x` })).rejects.toThrow(/ResourceNotFound/);
});

test("concurrent creations of two pools of one cluster conflict", async () => {
  const slow = await AzureFixture.open(0.001);
  await slow.aks();
  const create = (name: string) =>
    slow.azure.create(pool, name, {
      resourceGroupName: "rg",
      resourceName: "aks",
      vmSize: "Standard_D4s_v5",
    });
  const pools = await Promise.allSettled([create("one"), create("two")]);
  expect(pools.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  const refused = pools.find((result) => result.status === "rejected");
  expect(String(refused?.reason)).toMatch(
    /Status=409 Code="OperationNotAllowed" Message="Operation is not allowed: Another agentpool operation \((one|two) - Creating\)/,
  );
});

test("concurrent creations of two credentials of one identity conflict", async () => {
  const slow = await AzureFixture.open(0.1);
  await slow.azure.create(identity, "user", { ...inGroup, resourceName: "user" });
  const create = (name: string) =>
    slow.azure.create(credential, name, {
      resourceGroupName: "rg",
      resourceName: "user",
      issuer: "https://issuer",
      subject: name,
      audiences: ["api://AzureADTokenExchange"],
    });
  const credentials = await Promise.allSettled([create("one"), create("two")]);
  expect(credentials.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("the plugin's client retries until concurrent creations of two subnets of one network succeed", async () => {
  const slow = await AzureFixture.open(0.02);
  await slow.vnet();
  await Promise.all([slow.subnet("10.0.0.0/24", "one"), slow.subnet("10.0.1.0/24", "two")]);
  const counts = slow.cloud.statistics.of("PUT Microsoft.Network/virtualNetworks/subnets");
  expect(counts.errors).toBe(0);
  expect(counts.retries).toBeGreaterThan(0);
});
