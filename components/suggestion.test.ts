import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { closestWord, suggestion } from "./suggestion";

describe("a suggestion", () => {
  it("is a known word that is near", () => {
    expect(suggestion("tokn", ["owner", "token", "step"])).toBe('; did you mean "token"?');
    expect(suggestion("WETH11", ["WETH9", "WETH10", "Bridge"])).toBe('; did you mean "WETH10"?');
    expect(suggestion("tally", ["Tally"])).toBe('; did you mean "Tally"?');
    expect(suggestion("blockPeriod", ["chainId", "blockPeriodSeconds"])).toBe(
      '; did you mean "blockPeriodSeconds"?',
    );
  });

  it("is left out where nothing is near", () => {
    expect(suggestion("colour", ["contract", "args", "create", "salt", "at", "codeHash"])).toBe("");
    expect(suggestion("to", ["at", "args"])).toBe("");
    expect(suggestion("anything", [])).toBe("");
  });

  it("bears one letter too few or too many in every word of some length, and is always a known word", () => {
    const word = fc.stringMatching(/^[a-z]{4,12}$/);
    fc.assert(
      fc.property(word, fc.array(word), fc.nat(), (right, others, at) => {
        const index = at % right.length;
        const known = [...others, right];
        for (const wrong of [
          right.slice(0, index) + right.slice(index + 1),
          `${right.slice(0, index)}x${right.slice(index)}`,
        ]) {
          expect(known).toContain(closestWord(wrong, known));
        }
      }),
    );
  });
});
