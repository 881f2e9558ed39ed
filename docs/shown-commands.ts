import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../components/root";

/** The documents of this repository that show commands, as paths from its root. */
export const DOCUMENTS: readonly string[] = [
  "README.md",
  "CONTRIBUTING.md",
  "contracts/README.md",
  ...markdownIn("docs"),
  ...markdownIn("docs/decisions"),
];

/** A command line as a reader would type it, without the explanation beside it. */
export interface TypedCommand {
  readonly document: string;
  readonly line: string;
}

/** A document in parts: its text, and the blocks between fences. */
export interface DocumentParts {
  readonly sentences: readonly string[];
  readonly blocks: readonly string[];
}

export function readDocument(document: string): string {
  return readFileSync(join(PROJECT_ROOT, document), "utf8");
}

export function partsOf(text: string): DocumentParts {
  const parts = text.split(/^\s*```.*$/m);
  return {
    sentences: parts.filter((_, index) => index % 2 === 0),
    blocks: parts.filter((_, index) => index % 2 === 1),
  };
}

/**
 * The command lines in a document's blocks, and those in its sentences that name a program by its path or a stack, and can
 * therefore be typed as they are. A sentence that mentions `chainfleet up` shows no command line.
 */
export function typedCommands(document: string): TypedCommand[] {
  const { sentences, blocks } = partsOf(readDocument(document));
  const inBlocks = blocks.map(linesOfShell).filter((lines) => lines.some((line) => PROGRAM.test(line)));
  const inSentences = sentences
    .flatMap((text) => [...text.matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code))
    .filter(
      (code) => STARTS_WITH_PATH.test(code) || (/^pulumi .*--stack /.test(code) && !code.includes("…")),
    );
  return [...new Set([...inBlocks.flat(), ...inSentences].map(withoutExplanation))].map((line) => ({
    document,
    line,
  }));
}

/** The lines of a block without comments and the texts that commands read from the block. */
function linesOfShell(block: string): string[] {
  return block
    .replaceAll(/\\\n\s*/g, " ")
    .replaceAll(/(<<'(\w+)')[\s\S]*?\n\s*\2(?=\n)/g, "$1")
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

/** A command line without a comment, and without an explanation in a column beside it. */
function withoutExplanation(line: string): string {
  return line
    .replace(/\s+#.*$/, "")
    .replace(/\s{3,}(?!-).*$/, "")
    .trim();
}

/**
 * A block with a line that begins with one of these programs, after assignments of variables, is a block of commands, and each of
 * its lines is one. A key of YAML such as `kind:` is none.
 */
const PROGRAM =
  /^(?:[A-Z_0-9]+=\S+ )*(?:(?:bin|local)\/\S+|chainfleet|pulumi|make|npm|npx|node|az|aws|kubectl|kind)(?:\s|$)/;

const STARTS_WITH_PATH = /^(?:bin\/chainfleet|bin\/forge|local\/(?:run|cleanroom)) /;

function markdownIn(folder: string): string[] {
  return readdirSync(join(PROJECT_ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `${folder}/${name}`);
}
