import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { PROJECT_ROOT } from "../../components/root";
import { answerForAws } from "./aws-answers";
import { condensed, type RegisteredResource } from "./condensed";
import { runWithoutCloud } from "./program";

/**
 * Renders a stack without a cloud: every resource that its program would register on the first `up`, sorted by name.
 * Outputs of clouds and keys appear as `<name.property>`, secrets as `[secret]`; the code of providers is left out.
 */
async function dump(stack: string): Promise<RegisteredResource[]> {
  const resources: RegisteredResource[] = [];
  await runWithoutCloud(stack, {
    resource: ({ type, name, inputs }) => resources.push({ type, name, inputs: redact(inputs) }),
  });
  return resources.sort((a, b) => (a.name === b.name ? compare(a.type, b.type) : compare(a.name, b.name)));
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";

function redact(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(redact);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if ((value as Record<string, unknown>)[SIGNATURE] === SECRET) {
    return "[secret]";
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key, inner]) => key !== "__provider" && inner !== undefined)
      .sort(([a], [b]) => compare(a, b))
      // The build's hash changes with the version of every Solidity package.
      .map(([key, inner]) => [key, key === "build" ? "<build>" : redact(inner)]),
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** Of a stack with more resources, the dump has one region and the numbers of all others. */
const WHOLE_AT_MOST = 500;

/** The names of the regions in the config of a stack. */
function regionsOf(stack: string): string[] {
  const { config } = parse(readFileSync(join(PROJECT_ROOT, `Pulumi.${stack}.yaml`), "utf8"));
  return config["chainfleet:regions"].map(({ name }: { readonly name: string }) => name);
}

/** Names of the stacks that have a config file. */
function stacks(): string[] {
  return readdirSync(PROJECT_ROOT)
    .flatMap((file) => /^Pulumi\.([\w-]+)\.yaml$/.exec(file)?.[1] ?? [])
    .sort();
}

function render(content: object): string {
  const text = JSON.stringify(content, null, 2).replaceAll(PROJECT_ROOT, "<project>");
  // The id of a run of storage tests without a name contains a hash of the machine and the folder.
  return `${text.replace(/"storage-[0-9a-f]{6}"/g, '"<run>"')}\n`;
}

/**
 * Writes a dump of each stack into a folder.
 *
 * @param only the stacks to write; none means every stack.
 */
export async function writeAll(folder: string, only: readonly string[] = []): Promise<void> {
  answerForAws();
  for (const stack of only.length === 0 ? stacks() : only) {
    const resources = await dump(stack);
    const content = resources.length > WHOLE_AT_MOST ? condensed(resources, regionsOf(stack)) : resources;
    writeFileSync(join(folder, `${stack}.json`), render(content));
    process.stdout.write(`${stack}: ${resources.length} resources\n`);
  }
}
