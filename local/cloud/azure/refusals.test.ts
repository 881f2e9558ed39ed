import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import { AzureFixture, inGroup, types } from "../../testing/azure-cloud";
import { Driver, openCloud } from "../../testing/cloud-session";

const { group, network, securityGroup, address, identity } = types;

let fixture: AzureFixture;
let azure: AzureFixture["azure"];
beforeEach(async () => {
  fixture = await AzureFixture.open();
  azure = fixture.azure;
});

describe("the cloud refuses", () => {
  test.each([
    [
      "a resource group without a location",
      group,
      { resourceGroupName: "other" },
      /missing required property 'location'/,
    ],
    [
      "a resource group in a location that does not exist",
      group,
      { location: "westeuropa" },
      /LocationNotAvailableForResourceGroup/,
    ],
    [
      "a resource group name that is too long",
      group,
      { location: "westeurope", resourceGroupName: "a".repeat(91) },
      /is too long \(91\)/,
    ],
    [
      "a resource group name that ends with a dot",
      group,
      { location: "westeurope", resourceGroupName: "a." },
      /InvalidResourceGroup/,
    ],
    [
      "an identity in a resource group that does not exist",
      identity,
      { resourceGroupName: "none", location: "westeurope" },
      /ResourceGroupNotFound/,
    ],
    [
      "an identity name that is too short",
      identity,
      { ...inGroup, resourceName: "ab" },
      /InvalidResourceName/,
    ],
    ["an address of the Basic SKU", address, inGroup, /IPv4BasicSkuPublicIpCountLimitReached/],
    [
      "a dynamic address of the Standard SKU",
      address,
      { ...inGroup, sku: { name: "Standard" }, publicIPAllocationMethod: "Dynamic" },
      /MustBeStatic/,
    ],
    [
      "an address in a zone of a location without zones",
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
      "an address space that is not a valid range",
      network,
      { ...inGroup, addressSpace: { addressPrefixes: ["10.0.0.1/16"] } },
      /InvalidCIDRNotation/,
    ],
    [
      "an address space with overlapping ranges",
      network,
      { ...inGroup, addressSpace: { addressPrefixes: ["10.0.0.0/8", "10.1.0.0/16"] } },
      /overlap/,
    ],
  ] as const)("%s", async (_, type, inputs, message) => {
    await expect(azure.create(type, "bad", inputs as unknown as PropertyMap)).rejects.toThrow(message);
    expect(fixture.cloud.list()).toHaveLength(1);
  });

  test.each([
    ["outside the virtual network's address space", "10.1.0.0/24", /NetcfgSubnetRangeOutsideVnet/],
    ["that overlaps another subnet", "10.0.0.0/24", /NetcfgSubnetRangesOverlap/],
    ["smaller than /29", "10.0.9.0/30", /NetcfgInvalidSubnet/],
  ])("a subnet %s", async (_, prefix, message) => {
    await fixture.vnet();
    await fixture.subnet("10.0.0.0/20");
    await expect(fixture.subnet(prefix, "bad")).rejects.toThrow(message);
  });

  test("a subnet whose virtual network or security group does not exist", async () => {
    await expect(fixture.subnet("10.0.0.0/24")).rejects.toThrow(/ParentResourceNotFound/);
    await fixture.vnet();
    const missingGroup = {
      networkSecurityGroup: { id: "/subscriptions/sub/resourceGroups/rg/providers/x/y/z" },
    };
    await expect(fixture.subnet("10.0.0.0/24", "nodes", missingGroup)).rejects.toThrow(
      /InvalidResourceReference/,
    );
  });

  test("security rules with the same priority and direction, and priorities and ports out of range", async () => {
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
    const create = (...securityRules: PropertyMap[]) =>
      azure.create(securityGroup, "nsg", { ...inGroup, securityRules });
    await expect(create(rule("a", 100), rule("b", 100))).rejects.toThrow(/SecurityRuleConflict/);
    await expect(create(rule("a", 99))).rejects.toThrow(/SecurityRuleInvalidPriority/);
    await expect(create(rule("a", 100, "70000"))).rejects.toThrow(/SecurityRuleInvalidPortRange/);
    await create(rule("a", 100), rule("b", 101));
  });

  test.each([
    ["without a system pool", {}, { mode: "User" }, /at least one system pool/],
    ["with an invalid pool name", {}, { name: "System" }, /agentPool.name is invalid/],
    ["with an invalid machine size", {}, { vmSize: "D4s_v5" }, /VMSizeNotSupported/],
    ["with an unsupported Kubernetes version", { kubernetesVersion: "1.20" }, {}, /K8sVersionNotSupported/],
    ["with a version past its end", { kubernetesVersion: "1.33" }, {}, /1\.33 is not supported.*1\.3[5-9]/],
    [
      "with workload identity but without an issuer",
      { securityProfile: { workloadIdentity: { enabled: true } } },
      {},
      /OIDC issuer/,
    ],
    ["without a DNS prefix", { dnsPrefix: null }, {}, /dnsPrefix is missing/],
    [
      "with a DNS service IP outside the service range",
      { networkProfile: { serviceCidr: "10.9.0.0/16", dnsServiceIP: "10.8.0.10" } },
      {},
      /outside the service CIDR/,
    ],
    [
      "with a subnet that does not exist",
      {},
      { vnetSubnetID: "/subscriptions/sub/x" },
      /InvalidResourceReference/,
    ],
  ] as const)("a cluster %s", async (_, overrides, profile, message) => {
    await expect(fixture.aks(overrides as PropertyMap, profile as PropertyMap)).rejects.toThrow(message);
  });

  describe("an update of a cluster", () => {
    // A day on which all the versions below are supported.
    beforeEach(() => void vi.useFakeTimers({ toFake: ["Date"], now: Date.parse("2026-11-25") }));
    afterEach(() => void vi.useRealTimers());

    const profile = (name: string, version?: string, overrides: PropertyMap = {}): PropertyMap => ({
      name,
      mode: name === "system" ? "System" : "User",
      count: 1,
      vmSize: "Standard_D4s_v5",
      ...(version === undefined ? {} : { orchestratorVersion: version }),
      ...overrides,
    });
    const upgraded = async (kubernetesVersion: string, ...agentPoolProfiles: PropertyMap[]) => {
      const created = await fixture.aks({
        kubernetesVersion: "1.34",
        agentPoolProfiles: [profile("system", "1.34"), profile("validators", "1.34")],
      });
      return azure.update(created, { ...created.inputs, kubernetesVersion, agentPoolProfiles });
    };

    test("upgrades the pools only if it asks for versions of the pools", async () => {
      const pools = (version: string) => ({
        agentPoolProfiles: ["system", "validators"].map((name) => ({ name, orchestratorVersion: version })),
      });
      expect(await upgraded("1.35", profile("system"), profile("validators"))).toMatchObject(pools("1.34"));
      fixture = await AzureFixture.open();
      azure = fixture.azure;
      expect(await upgraded("1.35", profile("system", "1.35"), profile("validators", "1.35"))).toMatchObject(
        pools("1.35"),
      );
    });

    test.each([
      ["that gives the version of one pool only", "1.35", [profile("system", "1.35")], /NotAllAgentPool/],
      [
        "that gives a pool another version than the cluster",
        "1.34",
        [profile("system", "1.35"), profile("validators", "1.34")],
        /NotAllAgentPool/,
      ],
      [
        "that adds a pool",
        "1.34",
        [profile("system", "1.34"), profile("validators", "1.34"), profile("workers", "1.34")],
        /A new agent pool was introduced/,
      ],
      [
        "that changes the machine size of a pool",
        "1.34",
        [profile("system", "1.34"), profile("validators", "1.34", { vmSize: "Standard_D8s_v5" })],
        /'properties.vmSize' is not allowed/,
      ],
      [
        "that skips a minor version",
        "1.36",
        [profile("system", "1.36"), profile("validators", "1.36")],
        /1.34 to 1.36 is not allowed/,
      ],
    ] as const)("is refused %s", async (_, version, profiles, message) => {
      await expect(upgraded(version, ...profiles)).rejects.toThrow(message);
    });
  });

  test("more vCPUs and public addresses than a new subscription has in a location", async () => {
    const cloud = openCloud(undefined, 0, {});
    const subscription = await Driver.azure(cloud, { subscriptionId: "sub" });
    await subscription.create("azure-native:resources:ResourceGroup", "rg", inGroup);
    const cluster = (name: string, count: number) =>
      subscription.create("azure-native:containerservice:ManagedCluster", name, {
        ...inGroup,
        resourceName: name,
        dnsPrefix: name,
        identity: { type: "SystemAssigned" },
        agentPoolProfiles: [{ name: "system", mode: "System", count, vmSize: "Standard_D4s_v5" }],
      });
    await cluster("first", 3);
    await expect(cluster("second", 3)).rejects.toThrow(
      /InsufficientVCPUQuota.*left regional vcpu quota 8, requested quota 12/,
    );
    await cluster("third", 2);
    const address = (index: number) =>
      subscription.create("azure-native:network:PublicIPAddress", `address-${index}`, {
        ...inGroup,
        sku: { name: "Standard" },
        publicIPAllocationMethod: "Static",
      });
    for (let index = 0; index < 20; index++) {
      await address(index);
    }
    await expect(address(20)).rejects.toThrow(/PublicIPCountLimitReached/);
  });

  test("a cluster whose service range overlaps its subnet", async () => {
    await fixture.vnet();
    const { id } = await fixture.subnet("10.0.0.0/20");
    await expect(fixture.aks({}, { vnetSubnetID: id })).rejects.toThrow(
      /ServiceCidrOverlapExistingSubnetsCidr/,
    );
  });
});
