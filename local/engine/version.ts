import { gte, major, parse, type SemVer } from "semver";

/**
 * Version of the engine that is installed if there is none: the version of the SDK in package.json, so that the engine
 * has every feature that the program uses (resource hooks).
 */
export const ENGINE_VERSION = "3.248.0";

/** Parses what `pulumi version` prints (`v3.248.0`); undefined if the text is not a semantic version. */
export function parseVersion(text: string): SemVer | undefined {
  return parse(text.trim()) ?? undefined;
}

/** True if an engine of that version runs this program: its major version is the SDK's, and it is not older than the SDK. */
export function runsOurProgram(version: SemVer): boolean {
  return version.major === major(ENGINE_VERSION) && gte(version, ENGINE_VERSION);
}
