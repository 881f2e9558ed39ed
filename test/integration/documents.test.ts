import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { generateIdentity, identityToRecipient } from "age-encryption";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { CONCEPTS, conceptsWithGraphs, devParts } from "../../docs/concept-graphs";
import type { GraphNode } from "../../docs/dependency-graph";
import { triedCommands } from "../../docs/tried-commands";
import { nameOf } from "../../scripts/run/resource-names";
import { Checkout } from "../support/checkout";

/**
 * What the documents say, held against the dev stack on the local target: first the graphs, then each command line that needs
 * nothing else, as the document has it and in the order of the documents.
 */
const checkout = new Checkout(0.002, 7);
let graph: readonly GraphNode[] = [];
let recipient = "";

beforeAll(async () => {
  const preview = await checkout.pulumi("preview", "--json").finished;
  expect(preview.code, preview.stderr).toBe(0);
  const up = await checkout.up();
  expect(up.code, up.stderr).toBe(0);
  const { steps } = JSON.parse(preview.stdout) as { steps: { newState?: StateResource }[] };
  const { resources = [] } = await checkout.state();
  graph = merged([...steps.flatMap(({ newState }) => newState ?? []), ...(resources as StateResource[])]);
  const identity = await generateIdentity();
  recipient = await identityToRecipient(identity);
  writeFileSync(checkout.path("identity.txt"), `${identity}\n`);
  // The pipeline asks git what has changed.
  execFileSync("git", ["init", "--quiet"], { cwd: checkout.folder });
  const status = () => checkout.chainfleet("services", "status", "all", "--stack", "dev").finished;
  await vi.waitUntil(async () => (await status()).code === 0, { timeout: 120_000, interval: 1000 });
});

afterAll(async () => {
  await checkout.close();
});

describe("the graphs in docs/concepts.md", () => {
  it("have the dependencies that the engine has in a preview and after an up, and no others", () => {
    const text = readFileSync(CONCEPTS, "utf8");
    expect(graph.length).toBeGreaterThan(200);
    expect(conceptsWithGraphs(text, graph, devParts())).toBe(text);
  });
});

describe("the commands in the documents succeed", () => {
  const tried = triedCommands({
    stack: "dev",
    region: "westeurope",
    run: '"$(ls .chainfleet/runs | tail -n 1)"',
    recipient: '"$RECIPIENT"',
  });

  it.each(tried)("$document: $line", async ({ line }) => {
    const { code, output } = await checkout.onTarget("env", `RECIPIENT=${recipient}`, "bash", "-c", line)
      .finished;
    expect(code, output).toBe(0);
  });
});

/** A resource in a preview or in a state. */
interface StateResource {
  readonly urn: string;
  readonly type: string;
  readonly custom?: boolean;
  readonly dependencies?: readonly string[];
}

/**
 * The custom resources with the dependencies that they have anywhere in the list. A preview does not know those that follow from
 * unknown values, and an `up` waits for the addresses of peers without an edge of the engine.
 */
function merged(resources: readonly StateResource[]): GraphNode[] {
  const nodes = new Map<string, GraphNode>();
  for (const { urn, type, custom, dependencies = [] } of resources) {
    if (custom === true && !type.startsWith("pulumi:")) {
      const name = nameOf(urn);
      const before = nodes.get(name)?.dependencies ?? [];
      nodes.set(name, { type, name, dependencies: [...new Set([...before, ...dependencies.map(nameOf)])] });
    }
  }
  return [...nodes.values()];
}
