import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { CONCEPTS, conceptsWithGraphs, devGraph, devParts } from "./concept-graphs";
import type { GraphNode } from "./dependency-graph";

describe("the graphs in docs/concepts.md", () => {
  const text = readFileSync(CONCEPTS, "utf8");
  let graph: readonly GraphNode[];

  beforeAll(() => {
    graph = devGraph();
  });

  it("are those of the program of the dev stack (make docs draws them anew)", () => {
    expect(text).toBe(conceptsWithGraphs(text, graph, devParts()));
  });

  it("change with a dependency of the program", () => {
    const changed = graph.map((node) =>
      node.name === "eastus-namespace"
        ? { ...node, dependencies: [...node.dependencies, "westeurope-aks"] }
        : node,
    );
    expect(conceptsWithGraphs(text, changed, devParts())).not.toBe(text);
  });

  it("can be read: at most 35 boxes each", () => {
    const boxes = [...text.matchAll(/```mermaid\n([\s\S]*?)```/g)].map(
      ([, drawing = ""]) => drawing.match(/^ +n\d+\[/gm)?.length ?? 0,
    );
    expect(boxes).toHaveLength(2);
    for (const count of boxes) {
      expect(count).toBeGreaterThan(10);
      expect(count).toBeLessThanOrEqual(35);
    }
  });

  it("are not left out unnoticed: a document without a marker is refused", () => {
    expect(() => conceptsWithGraphs("# Concepts\n", graph, devParts())).toThrow("one region");
  });
});
