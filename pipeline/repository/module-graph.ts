import { dirname, join, normalize } from "node:path/posix";
import * as ts from "typescript";

/** The files that each module uses directly, by path from the project's root. */
export type ModuleGraph = ReadonlyMap<string, readonly string[]>;

/**
 * Finds what the modules of a tree use: imports, calls of `require` also inside of functions, and files whose path stands in
 * the module as a text, from the project's root or from the module's folder; no module reads a test. Imports of types alone are left out: the type
 * check has them. What a module reads by a computed path is not found; `RUN_TIME_READS` has these files. Pure.
 *
 * @param paths all files of the tree.
 * @param read returns the text of a file.
 */
export function moduleGraph(paths: readonly string[], read: (path: string) => string): ModuleGraph {
  const existing = new Set(paths);
  return new Map(paths.filter(isModule).map((path) => [path, usedFiles(path, read(path), existing)]));
}

/** A module and everything that it uses, directly or through others. Pure. */
export function closure(module: string, graph: ModuleGraph): string[] {
  const found = new Set<string>();
  const open = [module];
  for (let path = open.pop(); path !== undefined; path = open.pop()) {
    if (!found.has(path)) {
      found.add(path);
      open.push(...(graph.get(path) ?? []));
    }
  }
  return [...found];
}

/** Programs without an ending, such as bin/chainfleet, are JavaScript. */
function isModule(path: string): boolean {
  return /\.(ts|mts|js|cjs|mjs)$/.test(path) || /^(bin|local)\/[\w-]+$/.test(path);
}

function usedFiles(path: string, text: string, existing: ReadonlySet<string>): string[] {
  const { importedFiles } = ts.preProcessFile(text.replace(TYPE_IMPORT, ""), true, true);
  const modules = importedFiles.flatMap(({ fileName }) => resolved(path, fileName, existing) ?? []);
  const named = [...text.matchAll(PATH_TEXT)].flatMap(([, name = ""]) =>
    [normalize(name), normalize(join(dirname(path), name))].filter(
      (one) => existing.has(one) && !one.endsWith(".test.ts"),
    ),
  );
  return [...new Set([...modules, ...named])].filter((one) => one !== path);
}

/** The formatter ends each import with a semicolon. */
const TYPE_IMPORT = /^(?:import|export) type\b[^;]*;/gm;

/** A text that may be a path of a file with an ending. */
const PATH_TEXT = /["'`]((?:[\w@.-]+\/)*[\w.-]+\.\w+)["'`]/g;

function resolved(importer: string, specifier: string, existing: ReadonlySet<string>): string | undefined {
  if (!/^\.\.?(\/|$)/.test(specifier)) {
    return undefined;
  }
  const path = normalize(join(dirname(importer), specifier));
  return [
    path,
    ...[".ts", ".js", ".mts", ".json", "/index.ts", "/index.js"].map((ending) => path + ending),
  ].find((one) => existing.has(one));
}
