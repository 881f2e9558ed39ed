import { closest, distance } from "fastest-levenshtein";

/**
 * The end of a finding about an unknown word: the known word that was probably meant. Empty if no known word is close,
 * because a wrong guess misleads.
 *
 * @example `; did you mean "blockPeriodSeconds"?`
 */
export function suggestion(word: string, knownWords: readonly string[]): string {
  const intended = closestWord(word, knownWords);
  return intended === undefined ? "" : `; did you mean "${intended}"?`;
}

/** The known word that was probably meant: at most a third of its letters differ, or only its end is missing. */
export function closestWord(word: string, knownWords: readonly string[]): string | undefined {
  const lowerCased = word.toLowerCase();
  const candidates = knownWords.filter((known) => {
    const candidate = known.toLowerCase();
    const isBeginning = lowerCased.length >= SHORTEST_BEGINNING && candidate.startsWith(lowerCased);
    const length = Math.max(lowerCased.length, candidate.length);
    return isBeginning || distance(lowerCased, candidate) <= Math.floor(length / 3);
  });
  return candidates.length === 0 ? undefined : closest(word, candidates);
}

/** Too many words begin with fewer letters. */
const SHORTEST_BEGINNING = 3;
