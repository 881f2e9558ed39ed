import { isBefore, parseRelease, type Release } from "../release/release";
import list from "./options.json";

/*
 * options.json: every option of the `besu` command by name, without the leading dashes, with the first release that has
 * the option and the first release that does not any more.
 *
 * Source: the `@Option` annotations in https://github.com/besu-eth/besu at the tags of the releases from 25.1.0 to 26.8.0
 * (app/src/main/java/org/hyperledger/besu/cli without its subcommands, and RocksDBCLIOptions.java), which include every
 * key of app/src/test/resources/everything_config.toml. For 26.8.1 and 26.9.0: the main branch before 26.8.1
 * (683880baa609111e6fee47ef1122dce7a76a154b), and what the release notes of both add and remove.
 */

/** The releases of which the options are known. */
export const FIRST_LISTED_RELEASE = parseRelease(list.from) as Release;
export const LAST_LISTED_RELEASE = parseRelease(list.to) as Release;

/** When an option exists. */
export interface OptionLifetime {
  /** The first release with the option. Undefined: the option is in the oldest release of the list. */
  readonly since?: Release;
  /** The first release without the option. Undefined: the option is in the newest release of the list. */
  readonly removedIn?: Release;
}

const OPTIONS = new Map(Object.entries(list.options as Readonly<Record<string, OptionLifetime>>));

/** When the option exists. Undefined if no release of the list has the option. */
export function lifetimeOf(option: string): OptionLifetime | undefined {
  return OPTIONS.get(option);
}

/** Whether an option exists in a release. */
export function existsIn(release: Release, { since, removedIn }: OptionLifetime): boolean {
  return (
    (since === undefined || !isBefore(release, since)) &&
    (removedIn === undefined || isBefore(release, removedIn))
  );
}

/** The options of a release, without their leading dashes. */
export function optionsOf(release: Release): readonly string[] {
  return [...OPTIONS].filter(([, lifetime]) => existsIn(release, lifetime)).map(([option]) => option);
}
