import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { Checkout } from "../support/checkout";

/**
 * The API server of the local target validates what `chainfleet shard --operator` writes, by the schema that the Pulumi
 * Kubernetes Operator's own definition has for these fields.
 */
const checkout = new Checkout(0.002, 7);
checkout.configure({ path: ["chainfleet:sharding"], value: "region" });

const { source, definition } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/pulumi-operator-stack.json"), "utf8"),
) as { source: string; definition: object };

const STACKS = "apis/pulumi.com/v1/namespaces/default/stacks";

/** The API server serves the resources a moment after it has accepted their definition. */
async function isServed(): Promise<boolean> {
  const { groups } = await checkout.kubernetes("apis");
  const isThere = groups.some(({ name }: { name: string }) => name === "pulumi.com");
  return isThere && (await checkout.kubernetes(STACKS)).kind === "StackList";
}

afterAll(async () => {
  await checkout.close();
});

it("the operator's API accepts every Stack resource, and refuses a field that it does not have", async () => {
  expect(source).toMatch(/^pulumi\/pulumi-kubernetes-operator .* at [0-9a-f]{40};/);
  const { code, output } = await checkout.chainfleet(
    ...["shard", "--operator", "deploy", "--stack", "dev", "--organization", "acme"],
    ...["--repository", "https://git.example.com/acme/network.git", "--branch", "main", "--folder", "."],
    ...["--backend", "s3://acme-pulumi-state", "--secret", "network-credentials"],
  ).finished;
  expect(code, output).toBe(0);
  const stacks = parseAllDocuments(readFileSync(checkout.path("deploy/dev-stacks.yaml"), "utf8")).map(
    (document) => document.toJS() as { metadata: { name: string }; spec: object },
  );
  expect(stacks.map(({ metadata }) => metadata.name)).toEqual([
    "dev",
    "dev.eastus",
    "dev.westeurope",
    "dev.southeastasia",
    "dev.us-west-2",
    "dev.onprem",
  ]);
  expect(readFileSync(checkout.path("Pulumi.dev.eastus.deploy.yaml"), "utf8")).toContain("repoDir: .");

  await checkout.kubernetes("apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
  await expect.poll(isServed, { timeout: 60_000 }).toBe(true);
  for (const stack of stacks) {
    const answer = await checkout.kubernetes(`${STACKS}?fieldValidation=Strict`, stack);
    expect(answer).toMatchObject({ kind: "Stack", metadata: { name: stack.metadata.name } });
  }
  const [first] = stacks;
  const wrong = { ...first, metadata: { name: "wrong" }, spec: { ...first?.spec, prerequisite: [] } };
  expect(await checkout.kubernetes(`${STACKS}?fieldValidation=Strict`, wrong)).toMatchObject({
    kind: "Status",
    message: expect.stringContaining('unknown field "spec.prerequisite"'),
  });
});
