import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../error";
import { type Compiler, compilerFor, isCompiler, versionFor } from "./compilers";
import { type ForgeConfig, forgeConfig, settingsInHash } from "./forge-config";
import { closureOf, type Source, sourcesOf } from "./imports";

/** What a build is made from. */
export interface BuildInputs {
  /** The hash of everything that decides what the contracts compile to. */
  readonly hash: string;
  /** The folder of the project's own sources. @example "contracts/src" */
  readonly folder: string;
  /** The project's own sources by their compiler; paths from the project's root. */
  readonly groups: readonly CompilerGroup[];
  /** Own sources that no installed compiler takes, with the reason. */
  readonly skipped: readonly SkippedSource[];
  /** The packages of the lock file that the build uses. */
  readonly packages: readonly LockedPackage[];
}

/** Sources that one compiler builds. */
export interface CompilerGroup {
  readonly compiler: Compiler;
  readonly files: readonly string[];
}

/** A source that is not compiled. */
export interface SkippedSource {
  readonly file: string;
  /** A sentence that begins with the file. */
  readonly problem: string;
}

/** A package of the lock file. */
export interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/**
 * Reads what a build of a project's contracts is made from: forge's settings, wherever they come from; every source that is
 * compiled, wherever an import or a link leads; the compilers and forge, as the lock file pins them.
 */
export async function buildInputs(root: string): Promise<BuildInputs> {
  const config = await forgeConfig(root);
  const files = filesAt(root, config.src).filter((file) => file.endsWith(".sol"));
  const sources = sourcesOf(
    files,
    { remappings: config.remappings, folders: [...config.include_paths, ...config.libs] },
    (path) => readSource(root, path),
  );
  const locked = lockedPackages(root);
  const compilers = locked.filter(({ name }) => isCompiler(name));
  const { groups, skipped } = groupedByCompiler(
    files,
    sources,
    compilers.map(({ name, version }) => ({ packageName: name, version })),
  );
  const used = groups.map(({ compiler: { packageName } }) => packageName);
  const programs = locked.filter(({ name }) => name === FORGE || used.includes(name));
  return {
    hash: hashOf(
      config,
      [...sources.values()],
      [programs, groups, readFileSync(join(root, SOLC_PROGRAM), "utf8")],
    ),
    folder: config.src,
    groups,
    skipped,
    packages: [...programs, ...solidityPackages(config, locked)],
  };
}

/**
 * Makes sure that the installed packages are those of the lock file: other packages would give other code.
 *
 * @throws ChainfleetError with the packages that are missing or of another version.
 */
export function requireInstalledPackages(root: string, packages: readonly LockedPackage[]): void {
  const mismatches = packages.flatMap(({ name, version }) => {
    const file = join(root, "node_modules", name, "package.json");
    const installed = existsSync(file) ? (readJson(file) as { version: string }).version : undefined;
    return installed === version ? [] : [`${name} ${version} (installed: ${installed ?? "none"})`];
  });
  if (mismatches.length > 0) {
    throw new ChainfleetError({
      code: "PACKAGES_DIFFER_FROM_LOCK",
      summary: `node_modules lacks packages of package-lock.json: ${mismatches.join(", ")}. Nothing was compiled.`,
      next: "Run npm ci: other packages would give the contracts other addresses.",
    });
  }
}

/** forge calls solc with the settings of foundry.toml, and adds defaults of its own. */
const FORGE = "@foundry-rs/forge";

/** The program that forge runs as solc. */
export const SOLC_PROGRAM = "contracts/solc";

function hashOf(config: ForgeConfig, sources: readonly Source[], programs: unknown): string {
  const hash = createHash("sha256").update(JSON.stringify([settingsInHash(config), programs]));
  for (const { path, text } of [...sources].sort((a, b) => (a.path < b.path ? -1 : 1))) {
    hash.update(`\0${path}\0`).update(text);
  }
  return hash.digest("hex").slice(0, 16);
}

function groupedByCompiler(
  files: readonly string[],
  sources: ReadonlyMap<string, Source>,
  compilers: readonly Compiler[],
): Pick<BuildInputs, "groups" | "skipped"> {
  const choices = files.map((file) => {
    const pragmas = [...new Set(closureOf(file, sources).flatMap((source) => source.pragmas))];
    return { file, pragmas, compiler: compilerFor(pragmas, compilers) };
  });
  return {
    groups: compilers.flatMap((compiler) => {
      const chosen = choices.filter((choice) => choice.compiler === compiler).map(({ file }) => file);
      return chosen.length === 0 ? [] : [{ compiler, files: chosen }];
    }),
    skipped: choices
      .filter(({ compiler }) => compiler === undefined)
      .map(({ file, pragmas }) => ({ file, problem: missingCompiler(pragmas, compilers) })),
  };
}

function missingCompiler(pragmas: readonly string[], compilers: readonly Compiler[]): string {
  const needed = versionFor(pragmas);
  const demand = `needs Solidity ${pragmas.join(" and ")}, with its imports`;
  return needed === undefined
    ? `${demand}, and no version is all of that`
    : `${demand}, and the installed compilers are ${compilers.map(({ version }) => version).join(", ")}; to compile it, run npm install --save-exact solc-${needed}@npm:solc@${needed}`;
}

function lockedPackages(root: string): LockedPackage[] {
  const { packages } = readJson(join(root, "package-lock.json")) as {
    packages: Readonly<Record<string, { version?: string; integrity?: string } | undefined>>;
  };
  return Object.entries(packages)
    .flatMap(([path, entry]) => {
      const [, name] = /^node_modules\/((?:@[^/]+\/)?[^/]+)$/.exec(path) ?? [];
      return name === undefined
        ? []
        : [{ name, version: entry?.version ?? "", integrity: entry?.integrity ?? "" }];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The packages that imports are mapped to. */
function solidityPackages({ remappings }: ForgeConfig, locked: readonly LockedPackage[]): LockedPackage[] {
  const names = remappings.map((remapping) => /=node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(remapping)?.[1]);
  return locked.filter(({ name }) => names.includes(name));
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

function readSource(root: string, path: string): string | undefined {
  const file = join(root, path);
  return existsSync(file) && statSync(file).isFile() ? readFileSync(file, "utf8") : undefined;
}

/**
 * The files below a folder, sorted by path, through links to files and folders as forge follows them. A folder that is a link
 * to one around it is left out.
 */
function filesAt(root: string, folder: string, around: readonly string[] = []): string[] {
  const real = realpathSync(join(root, folder));
  if (around.includes(real)) {
    return [];
  }
  return readdirSync(join(root, folder))
    .sort()
    .flatMap((name) => {
      const path = `${folder}/${name}`;
      const kind = statSync(join(root, path), { throwIfNoEntry: false });
      if (kind?.isDirectory() === true) {
        return filesAt(root, path, [...around, real]);
      }
      return kind?.isFile() === true ? [path] : [];
    });
}
