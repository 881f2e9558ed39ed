import { readFileSync, statSync } from "node:fs";
import { isAbsolute, join, normalize } from "node:path";
import { LRUCache } from "lru-cache";
import { parse } from "yaml";
import { z } from "zod";
import { ChainfleetError } from "../../components/error";
import { suggestion } from "../../components/suggestion";
import type { Template } from "./template";

/** The file at the root of a registry. */
const INDEX = "templates.yaml";

const indexSchema = z.strictObject({
  templates: z.array(
    z.strictObject({
      name: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, "must be lower-case letters, digits and hyphens"),
      description: z.string().min(1),
      file: z
        .string()
        .regex(/\.yaml$/, "must end with .yaml")
        .refine(
          (file) => !isAbsolute(file) && !normalize(file).startsWith(".."),
          "must be inside of the registry",
        ),
    }),
  ),
});

/** A template as the index of a registry lists it. */
export type ListedTemplate = Omit<Template, "text">;

/** How many files a process remembers. A registry of ours has seven templates and the index. */
const REMEMBERED_FILES = 64;

/** Texts of files by path, size and time of change, the least recently used forgotten first. */
const texts = new LRUCache<string, string>({ max: REMEMBERED_FILES });

/**
 * The templates of a registry, in the order of its index.
 *
 * @param folder the root folder of the registry.
 * @throws ChainfleetError `REGISTRY_INVALID` if there is no index, or the index has another form.
 */
export function listTemplates(folder: string): ListedTemplate[] {
  const index = join(folder, INDEX);
  let content: unknown;
  try {
    content = parse(textOf(index));
  } catch (cause) {
    throw registryInvalid(index, (cause as Error).message, cause);
  }
  const result = indexSchema.safeParse(content);
  if (!result.success) {
    throw registryInvalid(index, z.prettifyError(result.error), result.error);
  }
  return result.data.templates;
}

/**
 * Loads a template of a registry.
 *
 * @throws ChainfleetError `TEMPLATE_UNKNOWN` with the names that there are, `TEMPLATE_UNREADABLE`, or `REGISTRY_INVALID`.
 */
export function loadTemplate(folder: string, name: string): Template {
  const all = listTemplates(folder);
  const names = all.map((template) => template.name);
  const listed = all.find((template) => template.name === name);
  if (listed === undefined) {
    throw new ChainfleetError({
      code: "TEMPLATE_UNKNOWN",
      summary: `There is no template "${name}"${suggestion(name, names)}. The templates are: ${names.join(", ")}. Nothing was written.`,
      next: "chainfleet new shows what each of them is.",
    });
  }
  try {
    return { ...listed, text: textOf(join(folder, listed.file)) };
  } catch (cause) {
    throw new ChainfleetError({
      code: "TEMPLATE_UNREADABLE",
      summary: `The file ${listed.file} of the template "${name}" cannot be read: ${(cause as Error).message}. Nothing was written.`,
      next: "Correct the index of the registry, templates.yaml, or add the file.",
      cause,
    });
  }
}

/** Reads a file, unless this process has read it since it was last changed. */
function textOf(file: string): string {
  const { size, mtimeMs } = statSync(file);
  const key = `${file}\0${size}\0${mtimeMs}`;
  const known = texts.get(key);
  if (known !== undefined) {
    return known;
  }
  const text = readFileSync(file, "utf8");
  texts.set(key, text);
  return text;
}

function registryInvalid(index: string, problem: string, cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "REGISTRY_INVALID",
    summary: `${index} is no index of templates: ${problem}`,
    next: "Name a folder or a git repository that has a templates.yaml at its root, such as this repository.",
    cause,
  });
}
