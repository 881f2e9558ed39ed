import { afterAll, describe, expect, it } from "vitest";
import { Checkout } from "../support/checkout";
import { summaryIn } from "../support/summary-output";

const STACKS = ["azure-24", "aws-24", "mixed-24"] as const;

/**
 * The stacks of 24 regions on the local target, whole. Not a part of `make test`:
 *
 *     local/run --tools-only npx vitest run --project locations test/locations/stacks-of-24.test.ts -t mixed-24
 */
describe.each(STACKS)("the stack %s", (stack) => {
  const checkout = new Checkout(0.002, 13, ["--stack", stack]);
  afterAll(() => checkout.close());

  it("is deployed on the local target, is not changed by a second run, and is destroyed", async () => {
    const run = async (...args: readonly string[]) => {
      const result = await checkout.chainfleet(...args, "--stack", stack, "--json").finished;
      expect(result.code, result.output).toBe(0);
      return summaryIn(result);
    };
    const { regions } = await run("up");
    expect(regions.map(({ result, validators }) => [result, validators])).toEqual(
      Array.from({ length: 24 }, () => ["succeeded", 2]),
    );
    expect((await run("up")).changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
    await run("down", "--yes");
    expect(await checkout.cloudResources()).toEqual([]);
  });
});
