import { readFileSync } from "node:fs";
import { join } from "node:path";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import { ChainfleetError } from "../../../components/error";
import { PROJECT_ROOT } from "../../../components/root";

/**
 * The config of a stack as written in its file: by full key, such as `chainfleet:regions`, and with encrypted secrets.
 */
export type WrittenConfig = Readonly<Record<string, unknown>>;

/** The name of this project in Pulumi.yaml, which is the middle of a full stack name. */
const PROJECT = "chainfleet";

/**
 * The name of a stack in this project, without the organization and the project: files, records and tags are named by
 * the plain name.
 *
 * @param stackName as Pulumi takes it: `stack`, `organization/stack` or `organization/project/stack`, see
 *   https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
 * @throws ChainfleetError `STACK_NAME_INVALID` if the name has another form or names another project.
 */
export function plainStackName(stackName: string): string {
  const parts = stackName.split("/");
  const plain = parts.at(-1) ?? "";
  if (parts.length > 3 || !parts.every((part) => /^[\w.-]+$/.test(part))) {
    throw new ChainfleetError({
      code: "STACK_NAME_INVALID",
      summary: `"${stackName}" is no name of a stack. Nothing was changed.`,
      next: "Write the name as dev, organization/dev or organization/chainfleet/dev.",
    });
  }
  if (parts.length === 3 && parts[1] !== PROJECT) {
    throw new ChainfleetError({
      code: "STACK_NAME_INVALID",
      summary: `"${stackName}" names a stack of the project ${parts[1]}; this project is ${PROJECT}. Nothing was changed.`,
      next: `To use this project's stack: --stack ${parts[0]}/${PROJECT}/${plain}`,
    });
  }
  return plain;
}

/** The name of the file with a stack's config. @throws ChainfleetError as `plainStackName` does */
export function stackFile(stackName: string): string {
  return `Pulumi.${plainStackName(stackName)}.yaml`;
}

/** The file of a stack as the CLI reads it: the config, and how the stack's secrets are encrypted. */
export interface StackFile {
  readonly config: WrittenConfig;
  /** The URL of a key management service. @default a passphrase, or Pulumi Cloud */
  readonly secretsprovider?: string;
  /** The key that encrypts secrets, encrypted by the key management service. */
  readonly encryptedkey?: string;
  /** The salt of the passphrase. */
  readonly encryptionsalt?: string;
  /** The environments of Pulumi ESC from which the CLI takes further config and variables. */
  readonly environment?: unknown;
}

/**
 * Reads the config in `Pulumi.<stack>.yaml`.
 *
 * @param stackName plain or full.
 * @throws ChainfleetError if the file is missing, cannot be read or is not YAML.
 */
export function writtenConfig(stackName: string): WrittenConfig {
  return readStackFile(stackName).config;
}

/**
 * Reads `Pulumi.<stack>.yaml`.
 *
 * @param stackName plain or full.
 * @throws ChainfleetError if the file is missing, cannot be read or is not YAML.
 */
export function readStackFile(stackName: string): StackFile {
  const file = stackFile(stackName);
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
  const known = parsed.get(file);
  if (known?.text === text) {
    return known.content;
  }
  const content = parseStackFile(text, file);
  parsed.set(file, { text, content });
  return content;
}

/** Many parts of a command read the stack's file, and parsing it takes a twentieth of a second. */
const parsed = new Map<string, { readonly text: string; readonly content: StackFile }>();

/**
 * Parses the text of a stack's file.
 *
 * @param file the name of the file, for messages.
 * @throws ChainfleetError `STACK_FILE_NOT_YAML` with the line and column of the first error. The error never quotes the
 *   file, because the text at that place may be a private key.
 */
export function parseStackFile(text: string, file: string): StackFile {
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
    const { config, ...others } = (document.toJS() ?? {}) as Partial<StackFile>;
    return { ...others, config: config ?? {} };
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
