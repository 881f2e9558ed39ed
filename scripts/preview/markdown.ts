import type { ChainfleetError } from "../../components/error";
import type { Prediction } from "../run/durations/prediction";
import type { ChangedResource, Changes, RegionChanges } from "./changes";
import { cellCode, codeBlock, inlineCode } from "./markdown-text";
import { isOnChain, predictionText, reasonsOf, STAYS_ON_CHAIN, toldTogether, typeOf } from "./words";

/** What a comment on a pull request says about a preview. */
export interface PreviewComment {
  readonly stack: string;
  readonly changes: Changes;
  readonly prediction: Prediction | undefined;
  /** What the program said: restarts and the quorum's margin, predicted addresses, warnings. */
  readonly messages: readonly string[];
}

/**
 * The largest number of characters in a comment. GitHub refuses longer ones: "body is too long (maximum is 65536
 * characters)". What does not fit is counted in the comment.
 */
export const LONGEST_COMMENT = 65_536;

/**
 * The first line of a comment on the preview of a stack, which is not shown. A later preview of the same pull request finds
 * the comment by the line, and edits the comment.
 */
export function commentMarker(stack: string): string {
  // Two hyphens would end an HTML comment, and `encodeURIComponent` fails on half a surrogate pair, which the buffer replaces.
  return `<!-- chainfleet preview ${encodeURIComponent(Buffer.from(stack).toString()).replaceAll("-", "%2D")} -->`;
}

/** A preview as Markdown for a comment on a pull request: what costs most attention comes first, the rest is folded. Pure. */
export function previewMarkdown({ stack, changes, prediction, messages }: PreviewComment): string {
  const { replaced, deleted, updated, created, regions } = changes;
  const warned = messages.filter((message) => message.startsWith(WARNING));
  const [policies, warnings] = [
    warned.filter(isPolicyFinding),
    warned.filter((text) => !isPolicyFinding(text)),
  ];
  const others = messages.filter((message) => !message.startsWith(WARNING));
  return fitted(
    [
      commentMarker(stack),
      `### Preview of the stack ${inlineCode(stack)}`,
      countsLine(changes),
      ...(prediction === undefined ? [] : [predictionText(prediction, inlineCode)]),
      ...(deleted.some(isOnChain) ? [STAYS_ON_CHAIN] : []),
    ],
    [
      { title: "Warnings", blocks: warnings.map((text) => codeBlock(text.slice(WARNING.length))) },
      { title: "Policies", blocks: policies.map((text) => codeBlock(text.slice(WARNING.length))) },
      { title: "Will be replaced", count: replaced.length, blocks: items(replaced) },
      { title: "Will be deleted", count: deleted.length, blocks: items(deleted) },
      { title: "Regions", head: TABLE_HEAD, blocks: regions.map(row) },
      { title: "Restarts, addresses and further messages", blocks: others.map(codeBlock), isFolded: true },
      { title: "Will be updated", count: updated.length, blocks: items(updated), isFolded: true },
      { title: "Will be created", count: created.length, blocks: items(created), isFolded: true },
    ],
  );
}

/** What precedes the text of a warning, see `parsePreview`. */
const WARNING = "warning: ";

/** Whether a message is an advisory finding of a policy, see `violationText` in components/policy/judgement.ts. */
function isPolicyFinding(message: string): boolean {
  return /^warning: POLICY_/.test(message);
}

/** A preview that failed, as Markdown for a comment on a pull request. Pure. */
export function failureMarkdown(
  stack: string,
  { code, summary, next }: Pick<ChainfleetError, "code" | "summary" | "next">,
): string {
  const { other, findings } = withoutFindings(summary);
  return fitted(
    [commentMarker(stack), `### The preview of the stack ${inlineCode(stack)} failed: ${inlineCode(code)}`],
    [
      { title: "What failed", blocks: [shortened(other)].map(codeBlock) },
      { title: "Policies", blocks: findings.map(codeBlock) },
      { title: "What to do", blocks: (next === undefined ? [] : [next]).map(codeBlock) },
    ],
  );
}

/** Takes the findings of mandatory policies out of the text of a failure, in which each error begins on a line of its own. */
function withoutFindings(summary: string): { readonly other: string; readonly findings: readonly string[] } {
  const parts = summary.split(/^(?=error: )/m).map((part) => part.trim());
  const isFinding = (part: string) => /^error: POLICY_/.test(part);
  return {
    other: parts.filter((part) => !isFinding(part)).join("\n"),
    findings: parts.filter(isFinding).map((part) => part.slice("error: ".length)),
  };
}

/** A failure may quote hundreds of errors. The first say what to do. */
function shortened(text: string): string {
  return text.length <= LONGEST_FAILURE
    ? text
    : `${text.slice(0, LONGEST_FAILURE)}\n… and ${text.length - LONGEST_FAILURE} more characters: see the log of the job`;
}

const LONGEST_FAILURE = 20_000;

function countsLine({ replaced, deleted, updated, created, regions }: Changes): string {
  const same = regions.reduce((sum, region) => sum + region.same, 0);
  const alarming = (count: number, word: string) =>
    count === 0 ? `0 to ${word}` : `**${count} to ${word}**`;
  return [
    alarming(replaced.length, "replace"),
    alarming(deleted.length, "delete"),
    `${updated.length} to update`,
    `${created.length} to create`,
    `${same} unchanged`,
  ].join(", ");
}

const TABLE_HEAD =
  "| region | replace | delete | update | create | unchanged |\n| --- | ---: | ---: | ---: | ---: | ---: |";

function row({ name, replace, delete: gone, update, create, same }: RegionChanges): string {
  const counts = [alarmingCell(replace), alarmingCell(gone), cell(update), cell(create), cell(same)];
  return `| ${[cellCode(name), ...counts].join(" | ")} |`;
}

function cell(count: number): string {
  return count === 0 ? "-" : String(count);
}

function alarmingCell(count: number): string {
  return count === 0 ? "-" : `**${count}**`;
}

function items(resources: readonly ChangedResource[]): string[] {
  return toldTogether(resources).map((group) => {
    const [first] = group;
    const reasons = reasonsOf(first).map(inlineCode).join(", ");
    const why = reasons === "" ? "" : `: ${reasons}`;
    const type = inlineCode(typeOf(first));
    return group.length === 1
      ? `- ${inlineCode(first.name)} (${type})${why}`
      : `- ${group.length} of type ${type}${why}\n  - ${group.map(({ name }) => inlineCode(name)).join(", ")}`;
  });
}

/** A part of a comment. A part without blocks is left out. */
interface Part {
  readonly title: string;
  /** What precedes the blocks. */
  readonly head?: string;
  readonly blocks: readonly string[];
  /** How many things the blocks tell of. @default the number of blocks */
  readonly count?: number;
  /** Whether the reader has to open the part. @default false */
  readonly isFolded?: boolean;
}

/** Joins the parts, and leaves out as many blocks at the end as are too many for one comment. */
function fitted(head: readonly string[], parts: readonly Part[]): string {
  const shown = parts.filter(({ blocks }) => blocks.length > 0);
  const kept = shown.map(({ blocks }) => blocks.length);
  for (;;) {
    const text = [...head, ...shown.map((part, index) => partText(part, kept[index] ?? 0))].join("\n\n");
    const last = kept.findLastIndex((count) => count > 0);
    if (text.length < LONGEST_COMMENT || last < 0) {
      return `${text}\n`;
    }
    kept[last] = fewer(shown[last]?.blocks ?? [], kept[last] ?? 0, text.length - LONGEST_COMMENT);
  }
}

/** How many of the first blocks are left if so many characters go, at least one block. */
function fewer(blocks: readonly string[], kept: number, excess: number): number {
  let left = kept;
  let gone = 0;
  do {
    left -= 1;
    gone += (blocks[left]?.length ?? 0) + 1;
  } while (left > 0 && gone < excess);
  return left;
}

function partText({ title, head, blocks, count = blocks.length, isFolded }: Part, kept: number): string {
  const missing = blocks.length - kept;
  const body = [
    [...(head === undefined ? [] : [head]), ...blocks.slice(0, kept)].join("\n"),
    ...(missing > 0
      ? [`… and ${missing} more, for which a comment has no room: see the log of the job`]
      : []),
  ]
    .filter((text) => text !== "")
    .join("\n\n");
  const name = `${title} (${count})`;
  return isFolded === true
    ? `<details><summary>${name}</summary>\n\n${body}\n\n</details>`
    : `#### ${name}\n\n${body}`;
}
