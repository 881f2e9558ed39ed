/**
 * The engine's version that is installed when there is none: the SDK's own (package.json), so that features
 * of the program (resource hooks) and of the engine go together.
 */
export const ENGINE_VERSION = "3.248.0";

/** A semantic version without build metadata, as `pulumi version` prints it (`v3.248.0`, `v3.249.0-alpha.x1`). */
export interface Version {
  readonly major: number;
  readonly minor: number;
  readonly patch: number;
  readonly prerelease: string;
}

/** Undefined if the text is not a version. */
export function parseVersion(text: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?(?:\+\S+)?$/.exec(text.trim());
  if (match === null) {
    return undefined;
  }
  const [, major, minor, patch, prerelease = ""] = match;
  return { major: Number(major), minor: Number(minor), patch: Number(patch), prerelease };
}

/** Whether an engine of that version runs this program: the same major version, and not older than the SDK. */
export function runsOurProgram(version: Version): boolean {
  const oldest = parseVersion(ENGINE_VERSION);
  if (oldest === undefined || version.major !== oldest.major) {
    return false;
  }
  if (version.minor !== oldest.minor) {
    return version.minor > oldest.minor;
  }
  return version.patch > oldest.patch || (version.patch === oldest.patch && version.prerelease === "");
}
