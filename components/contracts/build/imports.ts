import { dirname, join, normalize } from "node:path/posix";

/** A Solidity source, by its path from the project's root. */
export interface Source {
  readonly path: string;
  readonly text: string;
  /** The paths of the sources that it imports. Imports that lead nowhere are left out: the compiler reports them. */
  readonly imports: readonly string[];
  /** The compiler versions of each `pragma solidity`. @example "^0.8.20" */
  readonly pragmas: readonly string[];
}

/** Where imports are searched for. */
export interface ImportPaths {
  /** `context:prefix=target`, as solc and forge write remappings. */
  readonly remappings: readonly string[];
  /** The folders in which a path that no remapping has is searched for, beside the project's root. */
  readonly folders: readonly string[];
}

/**
 * The sources that a compilation of some files reads: the files, and everything that they import.
 *
 * @param read returns the text of a file; undefined if there is no file. The path is relative to the project's root.
 */
export function sourcesOf(
  files: readonly string[],
  paths: ImportPaths,
  read: (path: string) => string | undefined,
): ReadonlyMap<string, Source> {
  const texts = new Map<string, string | undefined>();
  const textOf = (path: string) => {
    if (!texts.has(path)) {
      texts.set(path, read(path));
    }
    return texts.get(path);
  };
  const sources = new Map<string, Source>();
  const open = [...files];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    const text = textOf(path);
    if (sources.has(path) || text === undefined) {
      continue;
    }
    const code = withoutComments(text);
    const importer = path;
    const imports = importsIn(code).flatMap(
      (imported) => candidates(imported, importer, paths).find((one) => textOf(one) !== undefined) ?? [],
    );
    sources.set(path, { path, text, imports, pragmas: pragmasIn(code) });
    open.push(...imports);
  }
  return sources;
}

/** A source and everything that it imports. */
export function closureOf(path: string, sources: ReadonlyMap<string, Source>): Source[] {
  const found = new Map<string, Source>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const source = sources.get(next);
    if (source !== undefined && !found.has(next)) {
      found.set(next, source);
      open.push(...source.imports);
    }
  }
  return [...found.values()];
}

/**
 * The paths that an import may lead to, the first one first. A path that begins with a dot is relative to the importing
 * file; any other path is remapped by the longest context and prefix, or searched for in the folders
 * (https://docs.soliditylang.org/en/latest/path-resolution.html).
 */
function candidates(imported: string, importer: string, { remappings, folders }: ImportPaths): string[] {
  if (/^\.\.?\//.test(imported)) {
    return [normalize(join(dirname(importer), imported))];
  }
  const [best] = remappings
    .map(parseRemapping)
    .filter(({ context, prefix }) => importer.startsWith(context) && imported.startsWith(prefix))
    .sort((a, b) => b.context.length - a.context.length || b.prefix.length - a.prefix.length);
  const remapped =
    best === undefined ? [] : [normalize(join(best.target, imported.slice(best.prefix.length)))];
  return [...remapped, normalize(imported), ...folders.map((folder) => normalize(join(folder, imported)))];
}

function parseRemapping(text: string): { context: string; prefix: string; target: string } {
  const [, context = "", prefix = "", target = ""] = /^(?:([^:=]*):)?([^=]*)=(.*)$/.exec(text) ?? [];
  return { context, prefix, target };
}

/** The code with its strings and without its comments, in which an import would be none. */
function withoutComments(text: string): string {
  return text.replace(
    /("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, string: string | undefined) => string ?? " ",
  );
}

function importsIn(code: string): string[] {
  return [...code.matchAll(/\bimport\b[^;"']*["']([^"']+)["']/g)].map(([, path = ""]) => path);
}

function pragmasIn(code: string): string[] {
  return [...code.matchAll(/\bpragma\s+solidity\s+([^;]+);/g)].map(([, range = ""]) => range.trim());
}
