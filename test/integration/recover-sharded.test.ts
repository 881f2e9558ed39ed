import { afterAll, beforeAll, expect, it } from "vitest";
import { configureTwoClusters, loseState } from "../support/besu/lost-network";
import { type NetworkIdentity, networkIdentity } from "../support/besu/network-identity";
import { Checkout } from "../support/checkout";

/** A network whose regions have stacks of their own; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 17);
configureTwoClusters(checkout, { path: ["chainfleet:sharding"], value: "region" });

let first: NetworkIdentity;

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  first = await networkIdentity(checkout);
  expect(first.keys).toHaveLength(4);
});

afterAll(async () => {
  await checkout.close();
});

it("a network's stack that is lost is rebuilt, and the stacks of its regions go on", async () => {
  await loseState(checkout);
  const refused = await checkout.up();
  expect(refused.code).toBe(1);
  expect(refused.output).toContain("STATE_LOST");
  const recovered = await checkout.chainfleet("recover", "keys", "--stack", "dev", "--yes").finished;
  expect(recovered.code, recovered.output).toBe(0);
  const { code, output, summary } = await checkout.up();
  expect(code, output).toBe(0);
  expect(summary.changes, output).toMatchObject({ replace: 0, delete: 0 });
  expect(await networkIdentity(checkout)).toEqual(first);
});

it("the stack of a region has no keys to be recovered", async () => {
  const { code, stderr } = await checkout.chainfleet("recover", "keys", "--stack", "dev.north").finished;
  expect(code).toBe(1);
  expect(stderr).toContain("STACK_OF_A_REGION");
});
