import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Command } from "commander";
import { describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../components/root";
import { addCommands } from "../scripts/command-line";
import { DOCUMENTS, partsOf, readDocument, typedCommands } from "./shown-commands";
import { canBeTried, NOT_TRIED, triedCommands } from "./tried-commands";

/** A command as a document shows it. */
interface ShownCommand {
  readonly document: string;
  readonly line: string;
  /** Whether the line stands in a block to copy, and not in a sentence, where arguments may be missing. */
  readonly isComplete: boolean;
}

const shown = DOCUMENTS.flatMap((document) => commandsIn(document));

describe("the commands in the documents", () => {
  it("are found", () => {
    expect(shown.filter(({ isComplete }) => isComplete).length).toBeGreaterThan(40);
  });

  it.each(shown)("$document: $line", ({ line, isComplete }) => {
    expect(problemOf(line, isComplete)).toBeUndefined();
  });

  it("are not found correct whatever they are", () => {
    expect(problemOf("verifi all", true)).toBe('no command "verifi"');
    expect(problemOf("verify --al", true)).toBe("unknown options: --al");
    expect(problemOf("verify --stack dev", true)).toBe("missing arguments: regions");
    expect(problemOf("up now", true)).toBe("more arguments than the command takes");
  });
});

describe("the command lines in the documents", () => {
  const typed = DOCUMENTS.flatMap(typedCommands);

  it.each(typed)("$document: $line is tried, or is not for a reason", ({ line }) => {
    const reasons = NOT_TRIED.filter(({ commands }) => commands.test(line));
    expect(reasons.length > 0 || canBeTried(line)).toBe(true);
  });

  it.each(NOT_TRIED)(
    "$commands is the reason of at least one, and its tests exist",
    ({ commands, testedBy = [] }) => {
      expect(typed.some(({ line }) => commands.test(line))).toBe(true);
      expect(testedBy.filter((file) => !existsSync(join(PROJECT_ROOT, file)))).toEqual([]);
    },
  );

  it("are tried for the most part of the command's own", () => {
    const values = { stack: "dev", region: "westeurope", run: "x", recipient: "age1x" };
    expect(triedCommands(values).length).toBeGreaterThan(25);
  });
});

describe("the error codes in the documents", () => {
  const sources = ["components", "stacks", "scripts", "pipeline", "local/cleanrooms"]
    .flatMap(sourcesIn)
    .join("\n");
  // The constants of Solidity look like codes.
  const codes = DOCUMENTS.filter((document) => !document.startsWith("contracts/")).flatMap((document) =>
    [...readDocument(document).matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code = ""]) => ({
      document,
      code,
    })),
  );
  const variables = /^(CHAINFLEET|PULUMI|AZURE|AWS|AAD|ARM|KUBE|OTEL|TF|GITHUB)_/;

  it.each(codes.filter(({ code }) => !variables.test(code)))("$document: $code", ({ code }) => {
    expect(sources.includes(`"${code}"`)).toBe(true);
  });
});

/** What the command line would refuse about a command; undefined if nothing. */
function problemOf(line: string, isComplete: boolean): string | undefined {
  const program = new Command("chainfleet");
  addCommands(program);
  let command = program;
  const words = line.match(/"[^"]*"|'[^']*'|\S+/g) ?? [];
  while (words[0] !== undefined && command.commands.length > 0) {
    const name = words.shift();
    const subcommand = command.commands.find((candidate) => candidate.name() === name);
    if (subcommand === undefined) {
      return name?.startsWith("-") ? undefined : `no command "${name}"`;
    }
    command = subcommand;
  }
  const { operands, unknown } = command.parseOptions(words.map(exampleOf));
  if (unknown.length > 0) {
    return `unknown options: ${unknown.join(" ")}`;
  }
  const { registeredArguments } = command;
  const missing = registeredArguments.filter(({ required }, index) => required && index >= operands.length);
  if (isComplete && missing.length > 0) {
    return `missing arguments: ${missing.map((argument) => argument.name()).join(", ")}`;
  }
  return operands.length > registeredArguments.length && registeredArguments.at(-1)?.variadic !== true
    ? "more arguments than the command takes"
    : undefined;
}

/** A value for a placeholder such as `<seconds>`: a number suits every option. */
function exampleOf(word: string): string {
  return /^(<.+>|[A-Z]+…?)$/.test(word) ? "1" : word;
}

function commandsIn(document: string): ShownCommand[] {
  const { sentences, blocks } = partsOf(readDocument(document));
  const inSentences = sentences.flatMap((text) =>
    [...text.matchAll(/`(?:(?:[^`]* )?bin\/)?chainfleet ([a-z][^`]*)`/g)].map(([, line = ""]) => line),
  );
  const inBlocks = blocks
    .flatMap((text) => text.split("\n"))
    .flatMap((line) => /(?:^|\s)bin\/chainfleet ([a-z].*)/.exec(line)?.[1] ?? []);
  return [
    ...inSentences.flatMap(alternatives).map((line) => ({ document, line, isComplete: false })),
    ...inBlocks.map((line) => ({ document, line: withoutComment(line), isComplete: true })),
  ];
}

/** `up | down --stack prod` shows two commands, and `launch [--deploy]` one with its option. */
function alternatives(line: string): string[] {
  return line.split(" | ").map((alternative) =>
    alternative
      .replaceAll(/[[\]…]/g, " ")
      .replaceAll(/\s+/g, " ")
      .trim(),
  );
}

/** A command of the shell without what the shell keeps for itself, and without an explanation in a column beside the command. */
function withoutComment(line: string): string {
  return line.replace(/\s+(#|&&|\||>|;|2>).*$|\s{3,}.*$/, "").trim();
}

function sourcesIn(folder: string): string[] {
  return readdirSync(join(PROJECT_ROOT, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => /(?<!\.test)\.ts$/.test(name))
    .map((name) => readFileSync(join(PROJECT_ROOT, folder, name), "utf8"));
}
