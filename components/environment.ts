import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { ChainfleetError } from "./error";
import { PROJECT_ROOT } from "./root";

/**
 * The value of an environment variable. Variables that the environment does not set are taken from the project's `.env`,
 * which is read once in a process and never written.
 *
 * @returns undefined if the variable is not set or is empty.
 * @throws ChainfleetError DOTENV_INVALID or DOTENV_UNREADABLE if `.env` exists but cannot be used.
 */
export function environmentVariable(name: string): string | undefined {
  dotEnv ??= readDotEnv(join(PROJECT_ROOT, ".env"));
  return process.env[name] || dotEnv[name] || undefined;
}

let dotEnv: Readonly<Record<string, string | undefined>> | undefined;

/**
 * The variables in the text of a `.env` file.
 *
 * @param file name of the file, for messages.
 * @throws ChainfleetError DOTENV_INVALID with the number of each invalid line. The message never quotes a line, which may
 *   contain a secret.
 */
export function parseDotEnv(text: string, file: string): Readonly<Record<string, string | undefined>> {
  // A quoted value may contain line breaks. Without quoted values, every line must be an assignment or a comment.
  const unquoted = text.replace(
    /=\s*(["'`])[^"'`]*?\1/g,
    (quoted) => `=${"\n".repeat(quoted.split("\n").length - 1)}`,
  );
  const invalidLines = unquoted
    .split("\n")
    .flatMap((line, index) => (/^\s*(#.*)?$|^\s*(export\s+)?[A-Za-z_]\w*\s*=/.test(line) ? [] : [index + 1]));
  if (invalidLines.length > 0) {
    throw new ChainfleetError({
      code: "DOTENV_INVALID",
      summary: `${file}: ${invalidLines.length === 1 ? "line" : "lines"} ${invalidLines.join(", ")} ${invalidLines.length === 1 ? "is" : "are"} not of the form NAME=value.`,
      next: `Correct ${file}.`,
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
    throw new ChainfleetError({
      code: "DOTENV_UNREADABLE",
      summary: `.env cannot be read: ${(error as Error).message}`,
      cause: error,
    });
  }
  return parseDotEnv(text, ".env");
}

const VARIABLE = /\$\{([A-Za-z_]\w*)\}/g;

/** The names of the variables in a text. @example "${RPC_URL}/v1" → ["RPC_URL"] */
export function variablesIn(text: string): string[] {
  return [...text.matchAll(VARIABLE)].map(([, name]) => name ?? "");
}

/**
 * Replaces each variable in a text by its value. Call it where the text is used and store only the original text, so that
 * no value gets into a state.
 *
 * @throws ChainfleetError ENVIRONMENT_VARIABLE_MISSING if a variable is not set.
 */
export function expandVariables(text: string): string {
  return text.replace(VARIABLE, (_, name: string) => {
    const value = environmentVariable(name);
    if (value === undefined) {
      throw new ChainfleetError({
        code: "ENVIRONMENT_VARIABLE_MISSING",
        summary: `The environment variable ${name} is not set, but "${text}" refers to it.`,
        next: `Set ${name} in the environment or in .env.`,
      });
    }
    return value;
  });
}
