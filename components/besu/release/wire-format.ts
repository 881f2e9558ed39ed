import { isBefore, NEWEST_KNOWN_RELEASE, type Release, type Software } from "./release";

/**
 * The known breaks between the QBFT messages of releases, one entry for each change, the oldest first. An entry holds from
 * its release until the next entry's release.
 *
 * Format 25 is a proposal or a round change without a block access list, format 26 is one with a place for the list, empty
 * or not. A validator drops a message that it cannot read, so validators of two formats do not count towards one quorum.
 */
const WIRE_FORMATS: readonly WireFormatEntry[] = [
  {
    since: "0.0.0",
    sends: 25,
    reads: [25],
    // https://github.com/besu-eth/besu/blob/25.12.0/consensus/qbft-core/src/main/java/org/hyperledger/besu/consensus/qbft/core/messagewrappers/RoundChange.java
  },
  {
    since: "26.1.0",
    sends: 26,
    reads: [26],
    // https://github.com/besu-eth/besu/pull/9629 added the list. From 26.4.0 on, proposals of both formats can be read
    // (https://github.com/besu-eth/besu/pull/9977), but round changes of format 25 cannot.
  },
  {
    since: "26.6.0",
    sends: 26,
    sendsWithLegacyEncoding: 25,
    reads: [25, 26],
    // https://github.com/besu-eth/besu/pull/10499
  },
];

interface WireFormatEntry {
  readonly since: Release;
  readonly sends: WireFormat;
  /** What a validator sends with `--Xbft-legacy-protocol-encoding`. Undefined if the release does not have the option. */
  readonly sendsWithLegacyEncoding?: WireFormat;
  readonly reads: readonly WireFormat[];
}

type WireFormat = 25 | 26;

/** Whether validators of both kinds can make blocks together: each reads what the other sends. */
export function understandEachOther(one: Software, other: Software): boolean {
  return reads(one).includes(sends(other)) && reads(other).includes(sends(one));
}

/**
 * The shortest way to bring running validators from one software to the other, one validator after another: every step
 * leads to software that the validators which do not have it yet understand. The last step is `to`; the only step if the
 * validators may be updated at once.
 */
export function updateSteps(from: Software, to: Software): readonly Software[] {
  const releases = [to.release, from.release, NEWEST_KNOWN_RELEASE];
  const stops = [
    to,
    ...releases.flatMap((release) => [
      { release, legacyEncoding: false },
      ...(hasLegacyEncoding(release) ? [{ release, legacyEncoding: true }] : []),
    ]),
  ];
  // A breadth-first search, so the first way that arrives is the shortest.
  const ways: (readonly Software[])[] = [[]];
  const reached = new Set([keyOf(from)]);
  for (const way of ways) {
    const last = way.at(-1) ?? from;
    for (const stop of stops.filter((next) => understandEachOther(last, next))) {
      if (keyOf(stop) === keyOf(to)) {
        return [...way, stop];
      }
      if (!reached.has(keyOf(stop))) {
        reached.add(keyOf(stop));
        ways.push([...way, stop]);
      }
    }
  }
  throw new Error(`no way leads from Besu ${keyOf(from)} to ${keyOf(to)}`);
}

/** Whether the release has the option `--Xbft-legacy-protocol-encoding`. */
export function hasLegacyEncoding(release: Release): boolean {
  return entryOf(release).sendsWithLegacyEncoding !== undefined;
}

function sends({ release, legacyEncoding }: Software): WireFormat {
  const { sends: always, sendsWithLegacyEncoding } = entryOf(release);
  return legacyEncoding ? (sendsWithLegacyEncoding ?? always) : always;
}

function reads({ release }: Software): readonly WireFormat[] {
  return entryOf(release).reads;
}

function entryOf(release: Release): WireFormatEntry {
  const entry = WIRE_FORMATS.findLast(({ since }) => !isBefore(release, since));
  if (entry === undefined) {
    throw new Error(`no QBFT message format is known for Besu ${release}`);
  }
  return entry;
}

function keyOf({ release, legacyEncoding }: Software): string {
  return `${release} ${legacyEncoding}`;
}
