import { minVersion, satisfies, valid } from "semver";

/** A compiler that is installed from npm. */
export interface Compiler {
  /** The name of the package, which is an alias for a version beside the project's own. @example "solc", "solc-0.8.20" */
  readonly packageName: string;
  readonly version: string;
}

/** The name of the package with the compiler of all sources that do not need another one. */
export const OWN_COMPILER = "solc";

/** Whether a package of the lock file is a compiler: `solc`, or an alias with a version. */
export function isCompiler(packageName: string): boolean {
  return packageName === OWN_COMPILER || /^solc-\d+\.\d+\.\d+$/.test(packageName);
}

/**
 * The compiler for a source: the project's own where all pragmas allow it, or else the newest that they allow. Undefined if
 * no installed compiler is allowed.
 *
 * @param pragmas of the source and of all sources that it imports.
 */
export function compilerFor(
  pragmas: readonly string[],
  compilers: readonly Compiler[],
): Compiler | undefined {
  const allowed = compilers.filter(({ version }) => pragmas.every((range) => allows(range, version)));
  return (
    allowed.find(({ packageName }) => packageName === OWN_COMPILER) ??
    allowed.sort((a, b) => (satisfies(a.version, `>${b.version}`) ? -1 : 1))[0]
  );
}

/**
 * A version that all pragmas allow, as far as the least version of each of them tells. Undefined if the pragmas exclude each
 * other.
 */
export function versionFor(pragmas: readonly string[]): string | undefined {
  return pragmas
    .flatMap((range) => minVersion(inSemver(range))?.version ?? [])
    .find((version) => pragmas.every((range) => allows(range, version)));
}

function allows(range: string, version: string): boolean {
  return satisfies(version, inSemver(range));
}

/** A range of Solidity as npm writes it: Solidity allows spaces after an operator, and quotes. */
function inSemver(range: string): string {
  const plain = range
    .replace(/["']/g, "")
    .replace(/([<>=^~]+)\s+/g, "$1")
    .trim();
  return valid(plain) === null ? plain : `=${plain}`;
}
