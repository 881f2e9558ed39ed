import { afterAll, expect, it } from "vitest";
import { nameOf } from "../../scripts/run/resource-names";
import { Checkout } from "../support/checkout";

const checkout = new Checkout(0.002, 21);
afterAll(() => checkout.close());

const diskNames = async () =>
  (await checkout.cloudResources())
    .filter(({ type }) => type === "azure-native:compute:Disk")
    .map(({ id }) => id)
    .sort();

it("keeps the disks of a deleted Azure region, and takes their resource group over when the region comes back", async () => {
  checkout.configure(
    { path: ["chainfleet:stack"], value: "network" },
    { path: ["chainfleet:contracts"], value: undefined },
    { path: ["chainfleet:besu", "reclaimPolicy"], value: "Retain" },
    { path: ["chainfleet:regions"], value: [{ cloud: "azure", name: "westeurope", validators: 4 }] },
  );
  const first = await checkout.up();
  expect(first.code, first.output).toBe(0);
  const disks = await diskNames();
  expect(disks).toHaveLength(5);

  const down = await checkout.down();
  expect(down.code, down.output).toBe(0);
  expect(await diskNames()).toEqual(disks);
  const left = (await checkout.cloudResources()).filter(({ type }) => type !== "azure-native:compute:Disk");
  expect(left.map(({ name }) => name)).toEqual(["chain138-westeurope-disks"]);

  const second = await checkout.up();
  expect(second.code, second.output).toBe(0);
  expect(await diskNames()).toEqual(expect.arrayContaining(disks));
  const third = await checkout.up();
  expect(third.summary.changes, third.output).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  const group = ((await checkout.state()).resources ?? []).find(
    ({ urn }) => nameOf(urn) === "westeurope-disks",
  );
  expect(group?.id).toMatch(/resourceGroups\/chain138-westeurope-disks$/);
});
