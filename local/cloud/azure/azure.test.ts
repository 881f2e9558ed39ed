import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import type { Cloud } from "../engine/cloud";
import { type Created, Driver, openCloud } from "../testing/session";

const group = "azure-native:resources:ResourceGroup";
const network = "azure-native:network:VirtualNetwork";
const subnet = "azure-native:network:Subnet";
const securityGroup = "azure-native:network:NetworkSecurityGroup";
const address = "azure-native:network:PublicIPAddress";
const identity = "azure-native:managedidentity:UserAssignedIdentity";
const credential = "azure-native:managedidentity:FederatedIdentityCredential";
const role = "azure-native:authorization:RoleAssignment";
const cluster = "azure-native:containerservice:ManagedCluster";
const pool = "azure-native:containerservice:AgentPool";

let cloud: Cloud;
let azure: Driver;
beforeEach(async () => {
  cloud = openCloud();
  azure = await Driver.azure(cloud, { subscriptionId: "sub" });
  await azure.create(group, "rg", { resourceGroupName: "rg", location: "westeurope" });
});

const inGroup = { resourceGroupName: "rg", location: "westeurope" };

function vnet(prefixes: string[] = ["10.0.0.0/16"], name = "vnet"): Promise<Created> {
  return azure.create(network, name, {
    ...inGroup,
    virtualNetworkName: name,
    addressSpace: { addressPrefixes: prefixes },
  });
}

function subnetIn(addressPrefix: string, name = "nodes", more: PropertyMap = {}): Promise<Created> {
  return azure.create(subnet, name, {
    resourceGroupName: "rg",
    virtualNetworkName: "vnet",
    subnetName: name,
    addressPrefix,
    ...more,
  });
}

function aks(more: PropertyMap = {}, profile: PropertyMap = {}): Promise<Created> {
  return azure.create(cluster, "aks", {
    ...inGroup,
    resourceName: "aks",
    dnsPrefix: "aks",
    identity: { type: "SystemAssigned" },
    agentPoolProfiles: [{ name: "system", mode: "System", count: 1, vmSize: "Standard_D4s_v5", ...profile }],
    ...more,
  });
}

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
    await vnet();
    await expect(vnet()).rejects.toThrow(
      "cannot create already existing resource '/subscriptions/sub/resourceGroups/rg/providers/Microsoft.Network/virtualNetworks/vnet'",
    );
  });

  test("a resource is adopted by its id alone, in any case, with the inputs it was made with", async () => {
    const made = await vnet();
    const adopted = await azure.read(network, made.id.toUpperCase());
    expect(adopted).toEqual({ id: made.id, inputs: made.inputs, outputs: made.outputs });
    expect(await azure.read(network, `${made.id}x`)).toBeUndefined();
  });
});

describe("refused", () => {
  test.each([
    ["no location", group, { resourceGroupName: "other" }, /missing required property 'location'/],
    ["no such location", group, { location: "westeuropa" }, /LocationNotAvailableForResourceGroup/],
    [
      "a long name",
      group,
      { location: "westeurope", resourceGroupName: "a".repeat(91) },
      /is too long \(91\)/,
    ],
    [
      "a name that ends with a dot",
      group,
      { location: "westeurope", resourceGroupName: "a." },
      /InvalidResourceGroup/,
    ],
    [
      "no such group",
      identity,
      { resourceGroupName: "none", location: "westeurope" },
      /ResourceGroupNotFound/,
    ],
    ["a short name", identity, { ...inGroup, resourceName: "ab" }, /InvalidResourceName/],
    ["basic addresses", address, inGroup, /IPv4BasicSkuPublicIpCountLimitReached/],
    [
      "dynamic standard addresses",
      address,
      { ...inGroup, sku: { name: "Standard" }, publicIPAllocationMethod: "Dynamic" },
      /MustBeStatic/,
    ],
    [
      "zones where there are none",
      address,
      {
        ...inGroup,
        location: "westus",
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
        zones: ["1"],
      },
      /AvailabilityZoneNotSupported/,
    ],
    [
      "an address space that is none",
      network,
      { ...inGroup, addressSpace: { addressPrefixes: ["10.0.0.1/16"] } },
      /InvalidCIDRNotation/,
    ],
    [
      "an address space that overlaps itself",
      network,
      { ...inGroup, addressSpace: { addressPrefixes: ["10.0.0.0/8", "10.1.0.0/16"] } },
      /overlap/,
    ],
  ] as const)("%s", async (_, type, inputs, message) => {
    await expect(azure.create(type, "bad", inputs as unknown as PropertyMap)).rejects.toThrow(message);
    expect(cloud.list()).toHaveLength(1);
  });

  test.each([
    ["outside of the network", "10.1.0.0/24", /NetcfgSubnetRangeOutsideVnet/],
    ["overlapping", "10.0.0.0/24", /NetcfgSubnetRangesOverlap/],
    ["smaller than /29", "10.0.9.0/30", /NetcfgInvalidSubnet/],
  ])("a subnet %s", async (_, prefix, message) => {
    await vnet();
    await subnetIn("10.0.0.0/20");
    await expect(subnetIn(prefix, "bad")).rejects.toThrow(message);
  });

  test("a subnet of a network or with a security group that does not exist", async () => {
    await expect(subnetIn("10.0.0.0/24")).rejects.toThrow(/ParentResourceNotFound/);
    await vnet();
    const nowhere = { networkSecurityGroup: { id: "/subscriptions/sub/resourceGroups/rg/providers/x/y/z" } };
    await expect(subnetIn("10.0.0.0/24", "nodes", nowhere)).rejects.toThrow(/InvalidResourceReference/);
  });

  test("security rules of one priority and direction, and out of range", async () => {
    const rule = (name: string, priority: number, port = "30303") => ({
      name,
      priority,
      access: "Allow",
      direction: "Inbound",
      protocol: "Tcp",
      sourceAddressPrefix: "*",
      sourcePortRange: "*",
      destinationAddressPrefix: "*",
      destinationPortRange: port,
    });
    const make = (...securityRules: PropertyMap[]) =>
      azure.create(securityGroup, "nsg", { ...inGroup, securityRules });
    await expect(make(rule("a", 100), rule("b", 100))).rejects.toThrow(/SecurityRuleConflict/);
    await expect(make(rule("a", 99))).rejects.toThrow(/SecurityRuleInvalidPriority/);
    await expect(make(rule("a", 100, "70000"))).rejects.toThrow(/SecurityRuleInvalidPortRange/);
    await make(rule("a", 100), rule("b", 101));
  });

  test.each([
    ["no system pool", {}, { mode: "User" }, /at least one system pool/],
    ["a pool's name", {}, { name: "System" }, /agentPool.name is invalid/],
    ["a machine size of bad form", {}, { vmSize: "D4s_v5" }, /VMSizeNotSupported/],
    ["an old Kubernetes", { kubernetesVersion: "1.20" }, {}, /K8sVersionNotSupported/],
    [
      "workload identity without an issuer",
      { securityProfile: { workloadIdentity: { enabled: true } } },
      {},
      /OIDC issuer/,
    ],
    ["no DNS prefix", { dnsPrefix: null }, {}, /dnsPrefix is missing/],
    [
      "a DNS service outside",
      { networkProfile: { serviceCidr: "10.9.0.0/16", dnsServiceIP: "10.8.0.10" } },
      {},
      /outside the service CIDR/,
    ],
    ["a subnet that is none", {}, { vnetSubnetID: "/subscriptions/sub/x" }, /InvalidResourceReference/],
  ] as const)("a cluster with %s", async (_, more, profile, message) => {
    await expect(aks(more as PropertyMap, profile as PropertyMap)).rejects.toThrow(message);
  });

  test("a cluster whose services overlap its subnet", async () => {
    await vnet();
    const { id } = await subnetIn("10.0.0.0/20");
    await expect(aks({}, { vnetSubnetID: id })).rejects.toThrow(/ServiceCidrOverlapExistingSubnetsCidr/);
  });
});

describe("in use", () => {
  test("what a cluster uses cannot be deleted before it; a group goes with all that is in it", async () => {
    const network = await vnet();
    const { id, ...nodes } = await subnetIn("10.0.0.0/20");
    await aks({ networkProfile: { serviceCidr: "10.200.0.0/16" } }, { vnetSubnetID: id });
    await expect(azure.delete({ ...nodes, id })).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    await expect(azure.delete(network)).rejects.toThrow(/InUseSubnetCannotBeDeleted/);
    const rg = await azure.read(group, "/subscriptions/sub/resourceGroups/rg");
    await azure.delete({ ...(rg as Created), type: group, name: "rg" });
    expect(cloud.list()).toEqual([]);
  });

  test("a security group is held by its subnet; deleting what is gone already succeeds", async () => {
    await vnet();
    const nsg = await azure.create(securityGroup, "nsg", inGroup);
    const nodes = await subnetIn("10.0.0.0/20", "nodes", { networkSecurityGroup: { id: nsg.id } });
    await expect(azure.delete(nsg)).rejects.toThrow(/InUseNetworkSecurityGroupCannotBeDeleted/);
    await azure.delete(nodes);
    await azure.delete(nsg);
    await azure.delete(nsg);
  });

  test("the last system pool stays", async () => {
    const { id } = await aks();
    const system = await azure.read(pool, `${id}/agentPools/system`);
    await expect(azure.delete({ ...(system as Created), type: pool, name: "system" })).rejects.toThrow(
      /last system agent pool/,
    );
  });
});

test("a cluster answers with what others need of it", async () => {
  const user = await azure.create(identity, "user", inGroup);
  const made = await aks({
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

test("pools of one cluster that are changed at once conflict, and so do credentials of one identity", async () => {
  const slow = openCloud(undefined, 0.001);
  azure = await Driver.azure(slow, { subscriptionId: "sub" });
  await azure.create(group, "rg", { resourceGroupName: "rg", location: "westeurope" });
  await aks();
  const user = await azure.create(identity, "user", { ...inGroup, resourceName: "user" });
  const makePool = (name: string) =>
    azure.create(pool, name, { resourceGroupName: "rg", resourceName: "aks", vmSize: "Standard_D4s_v5" });
  const pools = await Promise.allSettled([makePool("one"), makePool("two")]);
  expect(pools.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
  expect(String((pools.find(({ status }) => status === "rejected") as PromiseRejectedResult).reason)).toMatch(
    /Status=409 Code="OperationNotAllowed" Message="Operation is not allowed: Another agentpool operation \(one - Creating\)/,
  );
  const makeCredential = (name: string) =>
    azure.create(credential, name, {
      resourceGroupName: "rg",
      resourceName: user.id.split("/").at(-1) ?? "",
      issuer: "https://issuer",
      subject: name,
      audiences: ["api://AzureADTokenExchange"],
    });
  const credentials = await Promise.allSettled([makeCredential("one"), makeCredential("two")]);
  expect(credentials.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected"]);
});

test("subnets that are made at once wait for each other as the plugin's client does", async () => {
  cloud = openCloud(undefined, 0.0005);
  azure = await Driver.azure(cloud, { subscriptionId: "sub" });
  await azure.create(group, "rg", { resourceGroupName: "rg", location: "westeurope" });
  await vnet();
  await Promise.all([subnetIn("10.0.0.0/24", "one"), subnetIn("10.0.1.0/24", "two")]);
  const { operations } = cloud.statistics.report();
  expect(operations["PUT Microsoft.Network/virtualNetworks/subnets"]).toMatchObject({ errors: 0 });
  expect(operations["PUT Microsoft.Network/virtualNetworks/subnets"]?.retries).toBeGreaterThan(0);
});
