import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { longestPrefix } from "../components/longest-prefix";
import { PROJECT_ROOT } from "../components/root";
import {
  type GraphNode,
  grouped,
  type NodeGroup,
  transitivelyReduced,
  withAncestors,
} from "./dependency-graph";

/** The document that shows the graphs, each between two markers. */
export const CONCEPTS = join(__dirname, "concepts.md");

/** The regions and the chains of a network, by their names in the config. */
export interface NetworkParts {
  readonly regions: readonly string[];
  readonly chains: readonly string[];
}

/** The text of docs/concepts.md with the graphs of the dev stack in place of those that it has. */
export function conceptsWithGraphs(text: string, graph: readonly GraphNode[], parts: NetworkParts): string {
  const byName = [...graph].sort((a, b) => (a.name < b.name ? -1 : 1));
  const reduced = transitivelyReduced(byName);
  return Object.entries(PICTURES).reduce((document, [marker, picture]) => {
    const block = new RegExp(`(<!-- graph: ${marker} -->\n)[\\s\\S]*?(<!-- end of the graph -->)`);
    if (!block.test(document)) {
      throw new Error(`docs/concepts.md has no marker for the graph "${marker}".`);
    }
    const drawing = mermaid(picture(reduced, parts), [...parts.regions, ...parts.chains]);
    return document.replace(
      block,
      (_, start: string, end: string) => `${start}\`\`\`mermaid\n${drawing}\`\`\`\n${end}`,
    );
  }, text);
}

/** The graph that the program of the dev stack hands to the engine in a preview. No engine runs, and no cloud is asked; takes seconds. */
export function devGraph(): GraphNode[] {
  const output = execFileSync(
    process.execPath,
    [join(PROJECT_ROOT, "test/graph.js"), "dev", "{}", "preview"],
    {
      encoding: "utf8",
      maxBuffer: 2 ** 26,
      stdio: ["ignore", "pipe", "ignore"],
    },
  );
  return JSON.parse(output.trim().split("\n").at(-1) ?? "");
}

/** The regions and chains in Pulumi.dev.yaml. */
export function devParts(): NetworkParts {
  const { config } = parse(readFileSync(join(PROJECT_ROOT, "Pulumi.dev.yaml"), "utf8"));
  return {
    regions: config["chainfleet:regions"].map(({ name }: { readonly name: string }) => name),
    chains: Object.keys(config["chainfleet:contracts"].chains),
  };
}

/** What stands at each marker: a part of the network, and everything that it waits for. */
const PICTURES: Readonly<
  Record<string, (graph: readonly GraphNode[], parts: NetworkParts) => readonly NodeGroup[]>
> = {
  "one region": (graph, { regions }) => {
    const [drawn = ""] = regions;
    const regionOf = ({ name }: GraphNode) => longestPrefix(name, regions);
    return grouped(
      withAncestors(graph, (node) => regionOf(node) === drawn),
      (node) => {
        const region = regionOf(node);
        return region === undefined ? "shared by all regions" : region === drawn ? drawn : "other regions";
      },
    );
  },
  "the contracts of one chain": (graph, { chains }) => {
    const [drawn = ""] = chains;
    const chainOf = ({ name }: GraphNode) => longestPrefix(name, chains);
    return grouped(
      withAncestors(graph, (node) => chainOf(node) === drawn && isOnChain(node)),
      (node) => chainOf(node) ?? "shared by all chains",
    );
  },
};

/** Resources that a sender's transactions or an explorer make; the chain's genesis block has the chain's name, too. */
function isOnChain({ type }: GraphNode): boolean {
  return /:(DeterministicDeployer|Forge\w+|ContractCall)$/.test(type);
}

/** A Mermaid flowchart: a box for each group, a frame for each part. @param owners begin names, and are not repeated in a box. */
function mermaid(groups: readonly NodeGroup[], owners: readonly string[]): string {
  const parts = [...new Set(groups.map(({ part }) => part))];
  const boxes = parts.flatMap((part, index) => [
    `  subgraph part${index}["${part}"]`,
    ...groups.flatMap((group, id) =>
      group.part === part ? [`    n${id}["${labelOf(group, owners)}"]`] : [],
    ),
    "  end",
  ]);
  const edges = groups.flatMap(({ dependencies }, id) =>
    dependencies.length === 0
      ? []
      : [`  ${dependencies.map((dependency) => `n${dependency}`).join(" & ")} --> n${id}`],
  );
  return ["flowchart LR", ...boxes, ...edges, ""].join("\n");
}

/** The type and the number of a group's resources; below, their names without their owner and with N in place of an index. */
function labelOf({ type, names }: NodeGroup, owners: readonly string[]): string {
  const title = type.split(":").at(-1) ?? type;
  const shown = [...new Set(names.map((name) => shortName(name, owners)))];
  const listed = shown.length > NAMES_SHOWN ? [...shown.slice(0, NAMES_SHOWN - 1), "…"] : shown;
  return [names.length === 1 ? title : `${names.length} × ${title}`, ...listed].join("<br>");
}

function shortName(name: string, owners: readonly string[]): string {
  const owner = longestPrefix(name, owners);
  return (owner === undefined || owner === name ? name : name.slice(owner.length + 1)).replace(
    /(?<=-)\d+(?=-|$)/g,
    "N",
  );
}

const NAMES_SHOWN = 4;
