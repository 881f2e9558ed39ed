import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { Checkout } from "../support/checkout";

const STACKS = ["azure-24", "aws-24", "mixed-24"];

/** Previews only: test/locations deploys these stacks. */
describe("a stack for real clouds with 24 regions", () => {
  const checkout = new Checkout(
    0,
    13,
    STACKS.flatMap((stack) => ["--stack", stack]),
  );
  afterAll(() => checkout.close());

  it.each(STACKS)("is previewed on the local target without a change of its file: %s", async (stack) => {
    const { code, output } = await checkout.onTarget(
      "pulumi",
      "preview",
      "--stack",
      stack,
      "--non-interactive",
    ).finished;
    expect(code, output).toBe(0);
    expect(output).toMatch(/\+ \d{3,4} to create/);
    const file = `Pulumi.${stack}.yaml`;
    expect(readFileSync(checkout.path(file), "utf8")).toBe(readFileSync(join(PROJECT_ROOT, file), "utf8"));
  });
});
