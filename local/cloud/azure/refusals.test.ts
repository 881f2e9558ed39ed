import { beforeEach, describe, expect, test } from "vitest";
import type { PropertyMap } from "../../plugin/values";
import { AzureFixture, inGroup, types } from "../testing/azure";

const { group, network, securityGroup, address, identity } = types;

let fixture: AzureFixture;
let azure: AzureFixture["azure"];
beforeEach(async () => {
  fixture = await AzureFixture.open();
  azure = fixture.azure;
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
    expect(fixture.cloud.list()).toHaveLength(1);
  });

  test.each([
    ["outside of the network", "10.1.0.0/24", /NetcfgSubnetRangeOutsideVnet/],
    ["overlapping", "10.0.0.0/24", /NetcfgSubnetRangesOverlap/],
    ["smaller than /29", "10.0.9.0/30", /NetcfgInvalidSubnet/],
  ])("a subnet %s", async (_, prefix, message) => {
    await fixture.vnet();
    await fixture.subnet("10.0.0.0/20");
    await expect(fixture.subnet(prefix, "bad")).rejects.toThrow(message);
  });

  test("a subnet of a network or with a security group that does not exist", async () => {
    await expect(fixture.subnet("10.0.0.0/24")).rejects.toThrow(/ParentResourceNotFound/);
    await fixture.vnet();
    const nowhere = { networkSecurityGroup: { id: "/subscriptions/sub/resourceGroups/rg/providers/x/y/z" } };
    await expect(fixture.subnet("10.0.0.0/24", "nodes", nowhere)).rejects.toThrow(/InvalidResourceReference/);
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
    await expect(fixture.aks(more as PropertyMap, profile as PropertyMap)).rejects.toThrow(message);
  });

  test("a cluster whose services overlap its subnet", async () => {
    await fixture.vnet();
    const { id } = await fixture.subnet("10.0.0.0/20");
    await expect(fixture.aks({}, { vnetSubnetID: id })).rejects.toThrow(
      /ServiceCidrOverlapExistingSubnetsCidr/,
    );
  });
});
