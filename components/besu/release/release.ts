/** A release of Besu. @example "26.9.0" */
export type Release = `${number}.${number}.${number}`;

/** Reads the text as a release; undefined if the text is no release, such as "26.6.0-RC1" or "latest". */
export function parseRelease(text: string): Release | undefined {
  return /^\d+\.\d+\.\d+$/.test(text) ? (text as Release) : undefined;
}

/** Whether the release is older than the other one. */
export function isBefore(release: Release, other: Release): boolean {
  const numbers = release.split(".").map(Number);
  const otherNumbers = other.split(".").map(Number);
  const different = numbers.findIndex((number, index) => number !== otherNumbers[index]);
  return different !== -1 && (numbers[different] ?? 0) < (otherNumbers[different] ?? 0);
}

/** What the validators run, as far as it decides whether they understand each other. */
export interface Software {
  readonly release: Release;
  /** Whether the option `--Xbft-legacy-protocol-encoding` is on: Besu then sends QBFT messages in the format of 25.x. */
  readonly legacyEncoding: boolean;
}

/** @example "26.9.0 with Xbft-legacy-protocol-encoding" */
export function softwareText({ release, legacyEncoding }: Software): string {
  return legacyEncoding ? `${release} with ${LEGACY_ENCODING_OPTION}` : release;
}

/** The option that makes Besu send QBFT messages in the format of 25.x, without its leading dashes. */
export const LEGACY_ENCODING_OPTION = "Xbft-legacy-protocol-encoding";

/**
 * The newest release whose notes were read for this program: its options are known, its QBFT messages are those of the
 * releases before it, and it has none of the known faults. https://github.com/besu-eth/besu/releases/tag/26.9.0
 */
export const NEWEST_KNOWN_RELEASE: Release = "26.9.0";
