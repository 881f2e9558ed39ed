import fc from "fast-check";
import { micromark } from "micromark";
import { gfm, gfmHtml } from "micromark-extension-gfm";
import { describe, expect, it } from "vitest";
import type { ChangedResource, Changes } from "./changes";
import { failureMarkdown, LONGEST_COMMENT, type PreviewComment, previewMarkdown } from "./markdown";

const resource = (name: string, more: Partial<ChangedResource> = {}): ChangedResource => ({
  ...{ name, type: "kubernetes:apps/v1:StatefulSet", region: "eastus", properties: [], differences: [] },
  ...more,
});
const none: Changes = { regions: [], replaced: [], deleted: [], updated: [], created: [] };
const region = { name: "eastus", replace: 0, delete: 0, update: 0, create: 0, same: 3 };
const comment = (changes: Partial<Changes>, more: Partial<PreviewComment> = {}) =>
  previewMarkdown({
    ...{ stack: "prod", changes: { ...none, ...changes }, prediction: undefined, messages: [] },
    ...more,
  });
/** As GitHub renders Markdown, but for its sanitizer: raw HTML stays, so that a test can see it. */
const rendered = (markdown: string) =>
  micromark(markdown, { extensions: [gfm()], htmlExtensions: [gfmHtml()], allowDangerousHtml: true });
/** The tags and comments of rendered Markdown, without what is inside code. */
const tagsOf = (html: string) =>
  new Set((html.match(/<!--.*?-->|<[a-z!/][^>]*>/gis) ?? []).map((tag) => tag.replace(/ align="right"/, "")));

describe("a comment on a preview", () => {
  it("says first what is replaced and deleted, and folds the rest", () => {
    const text = comment(
      {
        regions: [{ ...region, replace: 1, delete: 1, update: 3, create: 1 }],
        replaced: [resource("eastus-moved", { properties: ["zone"] })],
        deleted: [resource("chain138-WETH9", { type: "pulumi-nodejs:dynamic/chainfleet:ForgeDeployment" })],
        updated: [0, 1, 2].map((index) =>
          resource(`eastus-validator-${index}`, {
            differences: [{ path: "spec.image", before: "besu:26.8.1", after: "besu:26.9.0" }],
          }),
        ),
        created: [resource("eastus-new")],
      },
      {
        prediction: {
          ...{ seconds: 90, operations: 6, learned: 6 },
          path: [{ urn: "urn:pulumi:prod::chainfleet::a:b:C::eastus-moved", op: "update", seconds: 60 }],
        },
        messages: ["3 validators restart, one at a time", "warning: The release is not listed."],
      },
    );
    expect(text).toBe(`<!-- chainfleet preview prod -->

### Preview of the stack \`prod\`

**1 to replace**, **1 to delete**, 3 to update, 1 to create, 3 unchanged

up is expected to take 90 s, the longest chain of 6 operations, as past runs have shown. Most of it is \`eastus-moved\` (update, 60 s).

Contracts and the effects of calls stay on their chains; only the state forgets them.

#### Warnings (1)

\`\`\`
The release is not listed.
\`\`\`

#### Will be replaced (1)

- \`eastus-moved\` (\`StatefulSet\`): \`zone\`

#### Will be deleted (1)

- \`chain138-WETH9\` (\`ForgeDeployment\`)

#### Regions (1)

| region | replace | delete | update | create | unchanged |
| --- | ---: | ---: | ---: | ---: | ---: |
| \`eastus\` | **1** | **1** | 3 | 1 | 3 |

<details><summary>Restarts, addresses and further messages (1)</summary>

\`\`\`
3 validators restart, one at a time
\`\`\`

</details>

<details><summary>Will be updated (3)</summary>

- 3 of type \`StatefulSet\`: \`image besu:26.8.1 -> besu:26.9.0\`
  - \`eastus-validator-0\`, \`eastus-validator-1\`, \`eastus-validator-2\`

</details>

<details><summary>Will be created (1)</summary>

- \`eastus-new\` (\`StatefulSet\`)

</details>
`);
  });

  it("fits, whatever the change, and counts what it leaves out: what alarms stays", () => {
    const many = (count: number, prefix: string) =>
      Array.from({ length: count }, (_, index) => resource(`${prefix}-${index}-${"x".repeat(80)}`));
    const text = comment({
      regions: [region],
      deleted: many(20, "gone"),
      created: many(2_000, "new"),
      updated: many(200, "changed"),
    });
    expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
    expect(text.length).toBeGreaterThan(LONGEST_COMMENT - 1_000);
    expect(text.match(/^- `gone-/gm)).toHaveLength(20);
    expect(text.match(/^- `changed-/gm)).toHaveLength(200);
    const told = text.match(/^- `new-/gm)?.length ?? 0;
    expect(text).toContain(`… and ${2_000 - told} more, for which a comment has no room`);
  });

  it("renders nothing of what names, values and messages contain, and always fits", () => {
    const plain = tagsOf(
      rendered(
        comment(
          {
            regions: [{ ...region, replace: 1 }],
            replaced: [resource("a", { properties: ["b"] })],
            deleted: [resource("a", { type: "ForgeDeployment" })],
            updated: [0, 1, 2].map((index) => resource(`${index}`, { properties: ["p"] })),
          },
          { messages: ["a", "warning: b"] },
        ),
      ),
    );
    const hostile = fc.oneof(
      fc.string({ unit: "grapheme" }),
      fc
        .array(
          fc.constantFrom(
            ...["`", "```", "\n", "\r", "|", "<script>", "</details>", "-->", "<!--", "[x](y)", "![i](u)"],
            ...[
              "@org/team",
              "https://e.example",
              "#1",
              "\\",
              "&lt;",
              "~~~",
              "    ",
              "- ",
              "\u202e",
              "\u2028",
            ],
          ),
          { maxLength: 12 },
        )
        .map((parts) => parts.join("")),
    );
    fc.assert(
      fc.property(hostile, hostile, hostile, hostile, (name, value, message, stack) => {
        const changed = resource(name, {
          differences: [{ path: `spec.${value}`, before: value, after: name }],
        });
        const markdown = comment(
          {
            regions: [{ ...region, name }],
            replaced: [changed],
            updated: [changed, changed, changed],
            deleted: [resource(name, { type: value, properties: [value] })],
          },
          { messages: [message, `warning: ${message}`], stack },
        );
        expect(markdown.length).toBeLessThanOrEqual(LONGEST_COMMENT);
        const unexpected = [...tagsOf(rendered(markdown))].filter(
          (tag) => !plain.has(tag) && !/^<!-- chainfleet preview [\w.!~*'()%]* -->$/.test(tag),
        );
        expect(unexpected).toEqual([]);
      }),
      { numRuns: 500 },
    );
  });
});

describe("a comment on a preview that failed", () => {
  it("has the error and what to do, and fits", () => {
    const text = failureMarkdown("prod", {
      ...{ code: "CONFIG_INVALID", summary: `Pulumi.prod.yaml has a problem\n${"x".repeat(200_000)}` },
      next: "Every key is described in docs/config.md.",
    });
    expect(text).toContain("### The preview of the stack `prod` failed: `CONFIG_INVALID`");
    expect(text).toContain("Pulumi.prod.yaml has a problem\n");
    expect(text).toContain("Every key is described in docs/config.md.");
    expect(text.length).toBeLessThanOrEqual(LONGEST_COMMENT);
  });
});

describe("the findings of policies", () => {
  const finding = "POLICY_REGION_LOSS: chain (Chain) has 4 of its 4 validators in kind.";
  it("have a part of their own in the comment, after the warnings", () => {
    const text = comment({}, { messages: ["warning: The release is not listed.", `warning: ${finding}`] });
    expect(text).toContain(
      `#### Warnings (1)\n\n\`\`\`\nThe release is not listed.\n\`\`\`\n\n#### Policies (1)`,
    );
    expect(text).toContain(finding);
  });

  it("are counted in the comment on a preview that they made fail", () => {
    const summary = `The preview failed. Nothing was changed.\nerror: ${finding}\nSpread them.\nerror: something else\nerror: POLICY_UNPINNED_IMAGE: b`;
    const text = failureMarkdown("prod", { code: "PREVIEW_FAILED", summary, next: undefined });
    expect(text).toContain(
      "#### What failed (1)\n\n```\nThe preview failed. Nothing was changed.\nerror: something else\n```",
    );
    expect(text).toContain(`#### Policies (2)\n\n\`\`\`\n${finding}\nSpread them.\n\`\`\``);
  });
});
