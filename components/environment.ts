import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ChainfleetError } from "./error";
import { PROJECT_ROOT } from "./root";

/**
 * An environment variable, or what the project's `.env` says of it; the environment counts first. The file is read
 * once in a process and never written.
 *
 * @returns undefined if it is not set or empty.
 * @throws ChainfleetError when `.env` has a line that is no `NAME=value`.
 */
export function environmentVariable(name: string): string | undefined {
  fromFile ??= readDotEnv(join(PROJECT_ROOT, ".env"));
  return process.env[name] || fromFile[name] || undefined;
}

let fromFile: Readonly<Record<string, string | undefined>> | undefined;

/** @throws ChainfleetError naming each line that is not understood; never its content. */
export function parseDotEnv(text: string, file: string): Readonly<Record<string, string | undefined>> {
  // In quotes a value may go over several lines: what is outside of them must be an assignment or a comment.
  const outside = text.replace(
    /=\s*(["'`])[^"'`]*?\1/g,
    (quoted) => `=${"\n".repeat(quoted.split("\n").length - 1)}`,
  );
  const wrong = outside
    .split("\n")
    .flatMap((line, index) => (/^\s*(#.*)?$|^\s*(export\s+)?[A-Za-z_]\w*\s*=/.test(line) ? [] : [index + 1]));
  if (wrong.length > 0) {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${file}: ${wrong.length === 1 ? "line" : "lines"} ${wrong.join(", ")} ${wrong.length === 1 ? "is" : "are"} no NAME=value.`,
      next: "Correct the file; it is read, never written.",
    });
  }
  return parseEnv(text);
}

function readDotEnv(path: string): Readonly<Record<string, string | undefined>> {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw new ChainfleetError({ code: "TODO", summary: `.env cannot be read: ${(error as Error).message}` });
  }
  return parseDotEnv(text, ".env");
}

const VARIABLE = /\$\{([A-Za-z_]\w*)\}/g;

/** The variables that a text names. @example "${RPC_URL}/v1" → ["RPC_URL"] */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name]) => name ?? "");
}

/**
 * The text with the values of the variables that it names. It is called where the text is used, so that no value
 * gets into a state.
 *
 * @throws ChainfleetError when one is not set.
 */
export function expanded(text: string): string {
  return text.replace(VARIABLE, (_, name: string) => {
    const value = environmentVariable(name);
    if (value === undefined) {
      throw new ChainfleetError({
        code: "TODO",
        summary: `The environment variable ${name} is not set; "${text}" needs it.`,
        next: "Set it, or write it into .env.",
      });
    }
    return value;
  });
}
