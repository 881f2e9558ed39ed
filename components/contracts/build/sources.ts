import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join, relative } from "node:path";
import { ChainfleetError } from "../../error";

/** The files and folders that a build is made from, beside the packages. */
const SOURCES = ["contracts/src", "contracts/solc", "foundry.toml"];

/**
 * The hash of everything that decides what the contracts compile to: the sources, the compiler's settings, and the
 * Solidity packages, solc and forge as the lock file pins them. Other packages have no part in the hash.
 */
export function hashOfSources(root: string): string {
  const hash = createHash("sha256");
  for (const source of SOURCES.flatMap((path) => filesAt(root, path))) {
    hash
      .update(`${source}\0`)
      .update(readFileSync(join(root, source)))
      .update("\0");
  }
  return hash
    .update(JSON.stringify(lockedPackages(root)))
    .digest("hex")
    .slice(0, 16);
}

/**
 * Makes sure that the installed packages are those of the lock file, because a build is kept under their hash.
 *
 * @throws ChainfleetError with the packages that are missing or of another version.
 */
export function requireInstalledPackages(root: string): void {
  const mismatches = lockedPackages(root).flatMap(({ name, version }) => {
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
const COMPILERS = ["@foundry-rs/forge", "solc"];

/** A package of the lock file. */
interface LockedPackage {
  readonly name: string;
  readonly version: string;
  readonly integrity: string;
}

/** The Solidity packages that foundry.toml maps imports to, and the programs that compile. */
function lockedPackages(root: string): LockedPackage[] {
  const { packages } = readJson(join(root, "package-lock.json")) as {
    packages: Readonly<Record<string, { version?: string; integrity?: string } | undefined>>;
  };
  const settings = readFileSync(join(root, "foundry.toml"), "utf8");
  const names = [...settings.matchAll(/=node_modules\/((?:@[^/"]+\/)?[^/"]+)\//g)].map(
    ([, name = ""]) => name,
  );
  return [...new Set([...names, ...COMPILERS])].sort().map((name) => {
    const { version = "", integrity = "" } = packages[`node_modules/${name}`] ?? {};
    return { name, version, integrity };
  });
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, "utf8"));
}

/** The files of a folder, sorted by path. The path of a file gives the file itself. */
function filesAt(root: string, path: string): string[] {
  if (!statSync(join(root, path)).isDirectory()) {
    return [path];
  }
  return readdirSync(join(root, path), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
}
