import { parseDocument, visit } from "yaml";
import { ChainfleetError } from "../../components/error";
import type { Finding } from "../../components/finding";
import { checkConfig } from "../../stacks/config/check";
import { parseStackFile } from "../../stacks/config/written/written-config";

/** A template of a registry: the file of a stack, to be copied and edited. */
export interface Template {
  readonly name: string;
  readonly description: string;
  /** The path in the registry. @example "templates/dev-5.yaml" */
  readonly file: string;
  readonly text: string;
}

/** The keys of a stack's file that belong to one stack's own secrets. */
const OF_ONE_STACK: readonly string[] = ["encryptionsalt", "encryptedkey", "secretsprovider"];

/** Editors with the YAML language server read the schema's name in the first line. */
const SCHEMA_LINE = "# yaml-language-server: $schema=docs/config.schema.json\n";

/**
 * The text of the file of a new stack. What belongs to the secrets of the template's own stack is left out. Pure.
 *
 * @throws ChainfleetError `TEMPLATE_INVALID` if the template is no YAML, or has values that are encrypted: only the stack for
 *   which they were encrypted can read them.
 */
export function stackFileOf({ name, file, text }: Template): string {
  const document = parseDocument(text, { prettyErrors: false });
  const [error] = document.errors;
  if (error !== undefined) {
    throw invalid(name, `${file} is no YAML (${error.code}).`);
  }
  let hasSecret = false;
  visit(document, {
    Pair: (_, { key }) => {
      hasSecret ||= String(key) === "secure";
    },
  });
  if (hasSecret) {
    throw invalid(name, `${file} has encrypted values, which no other stack can read.`);
  }
  for (const key of OF_ONE_STACK) {
    document.delete(key);
  }
  const rendered = document.toString({ lineWidth: 0 });
  return rendered.startsWith(SCHEMA_LINE) ? rendered : `${SCHEMA_LINE}${rendered}`;
}

/**
 * What is wrong with the config in a template, as `chainfleet check` would find in the new stack's file. Pure.
 *
 * @throws ChainfleetError if the template is no YAML or has encrypted values.
 */
export function templateFindings(template: Template): Finding[] {
  return checkConfig(parseStackFile(stackFileOf(template), template.file).config);
}

function invalid(name: string, problem: string): ChainfleetError {
  return new ChainfleetError({
    code: "TEMPLATE_INVALID",
    summary: `The template "${name}" cannot be used: ${problem}`,
    next: "Correct the template in its registry, or choose another template.",
  });
}
