import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closestWord, suggestion } from "./suggestion";

describe("a suggestion", () => {
  it("is the closest known word", () => {
    expect(suggestion("tokn", ["owner", "token", "step"])).toBe('; did you mean "token"?');
    expect(suggestion("WETH11", ["WETH9", "WETH10", "Bridge"])).toBe('; did you mean "WETH10"?');
    expect(suggestion("tally", ["Tally"])).toBe('; did you mean "Tally"?');
    expect(suggestion("blockPeriod", ["chainId", "blockPeriodSeconds"])).toBe(
      '; did you mean "blockPeriodSeconds"?',
    );
  });

  it("is left out if no known word is close", () => {
    expect(suggestion("colour", ["contract", "args", "create", "salt", "at", "codeHash"])).toBe("");
    expect(suggestion("to", ["at", "args"])).toBe("");
    expect(suggestion("anything", [])).toBe("");
  });

  it("tolerates one missing or surplus letter in a word of four letters or more, and is always a known word", () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.array(word), fc.nat(), (correctWord, otherWords, at) => {
        const index = at % correctWord.length;
        const known = [...otherWords, correctWord];
        for (const misspelled of [
          correctWord.slice(0, index) + correctWord.slice(index + 1),
          `${correctWord.slice(0, index)}x${correctWord.slice(index)}`,
        ]) {
          expect(known).toContain(closestWord(misspelled, known));
        }
      }),
    );
  });
});
