import { describe, expect, it } from "vitest";
import { DEFAULT_MODE, MODE_VARIABLE, MODES, modeOf, requireModeOfShards } from "./mode";

describe("the mode of a run", () => {
  it("is the one in the environment, ultra without one, and nothing else", () => {
    expect(modeOf({})).toBe("ultra");
    expect(modeOf({ [MODE_VARIABLE]: "" })).toBe("ultra");
    expect(MODES.map((mode) => modeOf({ [MODE_VARIABLE]: mode }))).toEqual([...MODES]);
    expect(() => modeOf({ [MODE_VARIABLE]: "ulta" })).toThrow(/^MODE_UNKNOWN: .*ultra/);
  });

  it("adds no edges if regions have stacks of their own, which have graphs of their own", () => {
    expect(() => requireModeOfShards(DEFAULT_MODE)).not.toThrow();
    for (const mode of MODES.filter((one) => one !== DEFAULT_MODE)) {
      expect(() => requireModeOfShards(mode), mode).toThrow(/^MODE_SHARDED: .*graph of its own/);
    }
  });
});
