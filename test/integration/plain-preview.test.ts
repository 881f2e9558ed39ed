import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { Checkout } from "../support/checkout";

/** The stacks for real clouds, which have settings for Pulumi Deployments. */
const STACKS = readdirSync(PROJECT_ROOT).flatMap(
  (name) => /^Pulumi\.(.+)\.deploy\.yaml$/.exec(name)?.[1] ?? [],
);

/** The config in a stack's file. Making a stack with a passphrase adds a salt beside it. */
function configIn(file: string): unknown {
  return parse(readFileSync(file, "utf8")).config;
}

/** Previews only: test/locations deploys the stacks of 24 regions. */
describe("a stack for real clouds is previewed by the plain CLI in a new clone, as Pulumi Deployments does it", () => {
  const checkout = new Checkout(
    0,
    13,
    STACKS.flatMap((stack) => ["--stack", stack]),
  );
  afterAll(() => checkout.close());

  it("and there are six", () => {
    expect(STACKS.sort()).toEqual(["aws-24", "azure", "azure-24", "kind", "kind-monitored", "mixed-24"]);
  });

  it.each(STACKS)("%s, without a change of its config", async (stack) => {
    const { code, output } = await checkout.onTarget(
      "pulumi",
      "preview",
      "--stack",
      stack,
      "--non-interactive",
    ).finished;
    expect(code, output).toBe(0);
    expect(output).toMatch(/\+ \d{2,4} to create/);
    const file = `Pulumi.${stack}.yaml`;
    expect(configIn(checkout.path(file))).toEqual(configIn(join(PROJECT_ROOT, file)));
  });
});
