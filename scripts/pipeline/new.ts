import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { listTemplates, loadTemplate } from "../../pipeline/templates/registry";
import { registryFolder } from "../../pipeline/templates/registry-source";
import { stackFileOf, templateFindings } from "../../pipeline/templates/template";
import { ConfigError } from "../../stacks/config/config-error";
import { stackFile } from "../../stacks/config/written/written-config";
import { tableOf } from "../terminal/table";

export interface NewOptions {
  readonly registry?: string;
  readonly update: boolean;
  readonly json: boolean;
}

/**
 * Writes the file of a new stack from a template, or lists the templates if none is named.
 *
 * @param stack the name of the new stack; the template's name by default.
 * @returns the exit code of the process.
 * @throws ChainfleetError if there is no such template, the template is invalid, or the stack has a file.
 */
export function newStack(
  template: string | undefined,
  stack: string | undefined,
  options: NewOptions,
): number {
  const { registry: source, update, json } = options;
  const copies = join(PROJECT_ROOT, ".chainfleet/pipeline/registries");
  const folder = source === undefined ? PROJECT_ROOT : registryFolder({ source, copies, update });
  if (template === undefined) {
    const templates = listTemplates(folder).map(({ name, description }) => ({ name, description }));
    const rows = templates.map(({ name, description }) => [name, description]);
    process.stdout.write(`${json ? JSON.stringify({ templates }) : tableOf(["template", "what"], rows)}\n`);
    return 0;
  }
  const file = writeStack(folder, template, stack ?? template);
  process.stdout.write(
    json
      ? `${JSON.stringify({ template, stack: stack ?? template, file })}\n`
      : `${file} was written from the template "${template}". To go on: edit the file, then\nbin/chainfleet check ${stack ?? template}\npulumi stack init ${stack ?? template}\n`,
  );
  return 0;
}

function writeStack(folder: string, name: string, stack: string): string {
  const file = stackFile(stack);
  const template = loadTemplate(folder, name);
  const findings = templateFindings(template);
  if (findings.length > 0) {
    throw new ConfigError(findings, template.file);
  }
  const path = join(PROJECT_ROOT, file);
  if (existsSync(path)) {
    throw new ChainfleetError({
      code: "STACK_FILE_EXISTS",
      summary: `${file} exists already. Nothing was written.`,
      next: `Name another stack: chainfleet new ${name} <stack>`,
    });
  }
  // Another process may write the same file in this moment.
  writeFileSync(path, stackFileOf(template), { flag: "wx" });
  return file;
}
