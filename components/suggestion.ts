import { closest, distance } from "fastest-levenshtein";

/**
 * The end of a finding about a word that is not known: the known one that it was probably meant to be. Empty if it
 * is like none of them: a wrong guess misleads.
 *
 * @example `; did you mean "blockPeriodSeconds"?`
 */
export function suggestion(word: string, known: readonly string[]): string {
  const meant = meantWord(word, known);
  return meant === undefined ? "" : `; did you mean "${meant}"?`;
}

/** The known word that another was probably meant to be: a third of its letters wrong at most, or its end left out. */
export function meantWord(word: string, known: readonly string[]): string | undefined {
  const written = word.toLowerCase();
  const near = known.filter((one) => {
    const candidate = one.toLowerCase();
    const isBeginning = written.length >= SHORTEST_BEGINNING && candidate.startsWith(written);
    const longer = Math.max(written.length, candidate.length);
    return isBeginning || distance(written, candidate) <= Math.floor(longer / 3);
  });
  return near.length === 0 ? undefined : closest(word, near);
}

/** Fewer letters begin too many words. */
const SHORTEST_BEGINNING = 3;
