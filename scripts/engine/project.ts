import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";

/**
 * The config of a stack as written in its file: by full key, such as `chainfleet:regions`, and with encrypted secrets.
 */
export type WrittenConfig = Readonly<Record<string, unknown>>;

/**
 * Reads the config in `Pulumi.<stack>.yaml`.
 *
 * @throws ChainfleetError if the file is missing, cannot be read or is not YAML.
 */
export function writtenConfig(stackName: string): WrittenConfig {
  const file = `Pulumi.${stackName}.yaml`;
  let text: string;
  try {
    text = readFileSync(join(PROJECT_ROOT, file), "utf8");
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ENOENT"
      ? new ChainfleetError({
          code: "STACK_FILE_MISSING",
          summary: `There is no stack "${stackName}", because the file ${file} does not exist.`,
          next: "Copy one of the Pulumi.<stack>.yaml files and edit the copy. Every key is described in docs/config.md.",
        })
      : new ChainfleetError({
          code: "STACK_FILE_UNREADABLE",
          summary: `${file} cannot be read: ${(cause as Error).message}`,
          cause,
        });
  }
  return parseWrittenConfig(text, file);
}

/**
 * Parses the text of a stack's file.
 *
 * @param file the name of the file, for messages.
 * @throws ChainfleetError `STACK_FILE_NOT_YAML` with the line and column of the first error. The error never quotes the
 *   file, because the text at that place may be a private key.
 */
export function parseWrittenConfig(text: string, file: string): WrittenConfig {
  const lines = new LineCounter();
  // "Pretty" errors quote the line.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ChainfleetError({
      code: "STACK_FILE_NOT_YAML",
      summary: `${file}, line ${line}, column ${col}: ${withoutSource(error)}. Nothing was changed.`,
      next: "Correct the file: it must be YAML.",
    });
  }
  try {
    const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> | null };
    return config ?? {};
  } catch (cause) {
    // An alias without an anchor is found only here, and the error has no position.
    throw new ChainfleetError({
      code: "STACK_FILE_NOT_YAML",
      summary: `${file}: ${(cause as Error).message}. Nothing was changed.`,
      cause,
    });
  }
}

/** The parser's message without the text of the file: the parser quotes unexpected tokens. */
function withoutSource({ code, message }: YAMLError): string {
  return code === "UNEXPECTED_TOKEN" ? message.replace(/: .*$/s, "") : message;
}
