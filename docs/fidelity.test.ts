import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";

const root = join(__dirname, "..");

/** A row of a table: the links to pages, and the file in which the rule of the row is enforced. */
interface Row {
  readonly rule: string;
  readonly sources: readonly string[];
  readonly file: string;
}

const rows = readFileSync(join(__dirname, "fidelity.md"), "utf8")
  .split("\n")
  .flatMap((line): Row[] => {
    const [, rule = "", sources = "", file = ""] = line.split(" | ").length === 3 ? line.split("|") : [];
    const [path] = linksIn(file);
    return path === undefined ? [] : [{ rule: rule.trim(), sources: linksIn(sources), file: path }];
  });

describe("the tables of docs/fidelity.md", () => {
  it("are read", () => {
    expect(rows.filter(({ sources }) => sources.length > 0).length).toBeGreaterThan(50);
  });

  it.each(rows.filter(({ sources }) => sources.length > 0))(
    "name a file that cites the source: $rule",
    ({ sources, file }) => {
      const text = readFileSync(join(__dirname, file), "utf8");
      expect(sources.filter((source) => !text.includes(source))).toEqual([]);
    },
  );
});

describe("the relative links of a document lead to files", () => {
  it.each([
    "README.md",
    "CONTRIBUTING.md",
    "docs/architecture.md",
    "docs/aws.md",
    "docs/azure.md",
    "docs/fidelity.md",
    "docs/runbook.md",
  ])("%s", (document) => {
    const broken = linksIn(readFileSync(join(root, document), "utf8"))
      .filter((link) => !link.startsWith("https://") && !link.startsWith("#"))
      .filter((link) => !existsSync(join(root, dirname(document), link.replace(/#.*/, ""))));
    expect(broken).toEqual([]);
  });
});

/** The targets of the Markdown links in a text. */
function linksIn(text: string): readonly string[] {
  return [...text.matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target]) => target ?? []);
}
