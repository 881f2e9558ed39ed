import type { MockResourceArgs } from "@pulumi/pulumi/runtime";
import { describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { valueIfKnown } from "../engine/known";
import { AzureRegion, type AzureRegionArgs } from "./azure";

/** The subscription in which the region is deployed, and the principal of the region's identity. */
interface Tenant {
  readonly subscription: string;
  readonly principal: string;
}
const tenant: Tenant = { subscription: "subscription-a", principal: "principal-a" };

const idIn = (subscription: string, { inputs, name }: MockResourceArgs) =>
  `/subscriptions/${subscription}/resourceGroups/${inputs.resourceGroupName ?? name}`;

const registered = (args: Partial<AzureRegionArgs> = {}, { subscription, principal } = tenant) =>
  registeredResources(
    {
      newResource: (resource) => ({
        id: idIn(subscription, resource),
        outputs: { principalId: principal, name: resource.inputs.resourceGroupName ?? resource.name },
      }),
    },
    () =>
      new AzureRegion("eastus", {
        network: "chain138",
        location: "eastus",
        validators: 1,
        validatorZones: [],
        reclaimPolicy: "Retain",
        ...args,
      }),
  );

describe("the role assignments of an Azure region", () => {
  const names = async (where: Partial<Tenant> = {}) =>
    (await registered({}, { ...tenant, ...where }))
      .filter(({ type }) => type.endsWith(":RoleAssignment"))
      .map(({ inputs }) => inputs.roleAssignmentName as string);

  it("have names that stay the same from run to run", async () => {
    expect(await names()).toEqual(await names());
  });

  it("share no name with those of a network of the same name in another subscription or for another identity", async () => {
    const all = [
      ...(await names()),
      ...(await names({ subscription: "subscription-b" })),
      ...(await names({ principal: "principal-b" })),
    ];
    expect(all).toHaveLength(6);
    expect(new Set(all).size).toBe(6);
  });
});

describe("the disk group of an Azure region", () => {
  const diskGroup = async (args: Partial<AzureRegionArgs> = {}) =>
    (await registered(args)).find(({ name }) => name === "eastus-disks");

  it("is a group of its own, in which the cluster's identity may do everything", async () => {
    const resources = await registered();
    const groups = resources.filter(({ type }) => type.endsWith(":ResourceGroup"));
    expect(groups.map(({ inputs }) => inputs.resourceGroupName)).toEqual([
      "chain138-eastus",
      "chain138-eastus-disks",
    ]);
    const rights = resources.find(({ name }) => name === "eastus-identity-disk-contributor");
    expect(rights?.inputs).toMatchObject({
      scope: "/subscriptions/subscription-a/resourceGroups/chain138-eastus-disks",
      principalId: "principal-a",
      roleDefinitionId: expect.stringMatching(/\/b24988ac-6180-42a0-ab88-20f7382dd24c$/),
    });
  });

  it("outlives the region exactly if disks are retained", async () => {
    expect((await diskGroup({ reclaimPolicy: "Retain" }))?.retainOnDelete).toBe(true);
    expect((await diskGroup({ reclaimPolicy: "Delete" }))?.retainOnDelete).toBe(false);
  });

  it("is taken over if it exists", async () => {
    const id = "/subscriptions/subscription-a/resourceGroups/chain138-eastus-disks";
    expect((await diskGroup({ diskGroupId: id }))?.importId).toBe(id);
    expect((await diskGroup())?.importId).toBe("");
  });
});

it("lets a vault admit the validators' subnet if the keys are in one", async () => {
  const endpoints = async (args: Partial<AzureRegionArgs>) =>
    (await registered(args))
      .filter(({ type }) => type.endsWith(":Subnet"))
      .map(({ name, inputs }) => [name, inputs.serviceEndpoints]);
  expect(await endpoints({ keyStore: "keyVault" })).toEqual([
    ["eastus-system-subnet", undefined],
    ["eastus-validators-subnet", [{ service: "Microsoft.KeyVault" }]],
  ]);
  expect(await endpoints({})).toEqual([
    ["eastus-system-subnet", undefined],
    ["eastus-validators-subnet", undefined],
  ]);
});

it("gives each validator the zone of its number, and none where the validators are not divided by zones", async () => {
  const zones = async (validatorZones: readonly string[]) => {
    let region: AzureRegion | undefined;
    await registeredResources({ newResource: ({ name }) => ({ id: name, outputs: { name } }) }, () => {
      region = new AzureRegion("eastus", {
        ...{ network: "chain138", location: "eastus", validators: 4, validatorZones },
        reclaimPolicy: "Retain",
      });
    });
    const given = (region?.p2pEndpoints ?? []).flatMap(({ zone }) => zone ?? []);
    return (await Promise.all(given.map(valueIfKnown))).flat();
  };
  expect(await zones(["1", "2", "3"])).toEqual(["eastus-1", "eastus-2", "eastus-3", "eastus-1"]);
  expect(await zones([])).toEqual([]);
});
