import { isBefore, NEWEST_KNOWN_RELEASE, type Release } from "./release";

/**
 * The releases of Besu since 25.1.0: the tags of https://github.com/besu-eth/besu up to 26.8.0, and from its CHANGELOG.md
 * 26.8.1 and 26.9.0. Release candidates are no releases.
 */
const LISTED_RELEASES: ReadonlySet<Release> = new Set<Release>([
  ...(["25.1.0", "25.2.0", "25.2.1", "25.2.2", "25.3.0", "25.4.0", "25.4.1", "25.5.0"] as const),
  ...(["25.6.0", "25.7.0", "25.8.0", "25.9.0", "25.10.0", "25.11.0", "25.12.0"] as const),
  ...(["26.1.0", "26.2.0", "26.4.0", "26.5.0", "26.6.0", "26.6.1", "26.7.0", "26.7.1"] as const),
  ...(["26.8.0", "26.8.1", "26.9.0"] as const),
]);

const FIRST_LISTED: Release = "25.1.0";

/**
 * Warns of a release that is in no list: the tag may be mistyped, and an image that does not exist is found only when the
 * first validator restarts, and fails to.
 *
 * @returns undefined if the release is listed, or older than the list.
 */
export function unlistedReleaseWarning(release: Release): string | undefined {
  if (LISTED_RELEASES.has(release) || isBefore(release, FIRST_LISTED)) {
    return undefined;
  }
  return `Besu ${release} is in no list of releases that this program knows; the newest is ${NEWEST_KNOWN_RELEASE}. Make sure that the image exists before you run up: a validator that cannot pull its image does not come back.`;
}
