import { expect, it } from "vitest";
import { poolSize } from "./commands";

it("the number of rooms comes from the environment, and others than a pool can have are refused", () => {
  expect(["", undefined, "1", "5"].map(poolSize)).toEqual([3, 3, 1, 5]);
  for (const text of ["0", "6", "2.5", "-1", "many"]) {
    expect(() => poolSize(text)).toThrow(`CLEANROOMS_INVALID: CHAINFLEET_CLEANROOMS is "${text}"`);
  }
});
