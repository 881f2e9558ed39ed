import { afterAll, beforeAll, expect, it } from "vitest";
import { configureCloudStores, deployedValidators, runningValidators } from "../support/besu/cloud-stores";
import { Checkout } from "../support/checkout";

/** A network whose keys are in the stores of its clouds, and whose regions get stacks of their own; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 23);
configureCloudStores(checkout);

const inClouds = async () => (await checkout.cloudResources()).map(({ id }) => id).sort();
const upWithoutChange = async () => {
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes, output).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
};

let validators: readonly (string | undefined)[];
let cloud: readonly string[];

beforeAll(async () => {
  checkout.configure({ path: ["chainfleet:sharding"], value: "region" });
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  validators = await runningValidators(checkout);
  cloud = await inClouds();
});

afterAll(async () => {
  await checkout.close();
});

it("each node of each region's stack gets its own key from the store of its cloud", async () => {
  expect(validators).toHaveLength(4);
  expect(validators).toEqual(await deployedValidators(checkout));
  const secrets = await checkout.objects("api/v1/secrets?labelSelector=app.kubernetes.io/name=besu");
  expect(secrets).toEqual([]);
  await upWithoutChange();
});

it("the stores move into one stack and back, without a change in the clouds", async () => {
  const shard = async (...flags: readonly string[]) => {
    const moved = await checkout.chainfleet("shard", ...flags, "--yes", "--stack", "dev").finished;
    expect(moved.code, moved.output).toBe(0);
  };
  const expectTheSame = async () => {
    await upWithoutChange();
    expect(await inClouds()).toEqual(cloud);
    expect(await runningValidators(checkout)).toEqual(validators);
  };
  checkout.configure({ path: ["chainfleet:sharding"], value: undefined });
  await shard("--undo");
  await expectTheSame();
  checkout.configure({ path: ["chainfleet:sharding"], value: "region" });
  await shard();
  await expectTheSame();
});
