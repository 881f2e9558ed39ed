import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";

/** The config of a stack as its file has it: by full keys, `chainfleet:regions`; secrets encrypted. */
export type WrittenConfig = Readonly<Record<string, unknown>>;

/**
 * Reads `Pulumi.<stack>.yaml`.
 *
 * @throws ChainfleetError when there is no such file, or it is no YAML.
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
          summary: `There is no stack "${stackName}": ${file} does not exist.`,
          next: "Copy one of the Pulumi.<stack>.yaml files and change it; docs/config.md describes every key.",
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
 * The config in the text of a stack's file.
 *
 * @throws ChainfleetError that names the place of the first error; never what is written there, which may be a key.
 */
export function parseWrittenConfig(text: string, file: string): WrittenConfig {
  const lines = new LineCounter();
  // "Pretty" errors show the line itself.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    const { line, col } = lines.linePos(error.pos[0]);
    throw new ChainfleetError({
      code: "STACK_FILE_NOT_YAML",
      summary: `${file}, line ${line}, column ${col}: ${withoutSource(error)}. Nothing was changed.`,
      next: "The file must be YAML: correct it there.",
    });
  }
  try {
    const { config } = (document.toJS() ?? {}) as { config?: Record<string, unknown> | null };
    return config ?? {};
  } catch (cause) {
    // An alias without its anchor is found only now, and has no place.
    throw new ChainfleetError({
      code: "STACK_FILE_NOT_YAML",
      summary: `${file}: ${(cause as Error).message}. Nothing was changed.`,
      cause,
    });
  }
}

/** What the parser did not expect it quotes. */
function withoutSource({ code, message }: YAMLError): string {
  return code === "UNEXPECTED_TOKEN" ? message.replace(/: .*$/s, "") : message;
}
