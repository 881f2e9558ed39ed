import { expect, it } from "vitest";
import { duration } from "./duration";

it.each([
  [0, "0 s"],
  [59.4, "59 s"],
  [90, "1 min 30 s"],
  [3599.6, "1 h 0 min"],
  [8700, "2 h 25 min"],
])("writes %d seconds as %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
