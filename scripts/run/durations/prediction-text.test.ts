import { expect, it } from "vitest";
import { expectedLength } from "./prediction-text";

it("the expected length of a run is a lower bound while past runs have not shown every operation", () => {
  expect(expectedLength({ seconds: 36, operations: 17, learned: 17 })).toBe(
    "36 s, the longest chain of 17 operations, as past runs have shown",
  );
  expect(expectedLength({ seconds: 2.6, operations: 17, learned: 1 })).toBe(
    "at least 2.6 s: past runs have shown how long 1 of its 17 operations take",
  );
});
