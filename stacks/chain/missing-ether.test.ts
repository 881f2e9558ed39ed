import { describe, expect, it } from "vitest";
import { missingEtherWarning } from "./missing-ether";

const ACCOUNT = "0x00000000000000000000000000000000000000aa";

describe("the warning of a chain on which nobody owns ether", () => {
  it("is given if no account has a balance in the genesis, also where accounts are listed with none", () => {
    for (const alloc of [{}, { [ACCOUNT]: "0" }]) {
      const warning = missingEtherWarning({ alloc, deterministicDeployer: true });
      expect(warning).toMatch(/nobody will ever have any/);
      expect(warning).not.toContain("create: create");
    }
  });

  it("says how contracts can be deployed if nobody can pay for the deterministic deployer", () => {
    expect(missingEtherWarning({ alloc: {}, deterministicDeployer: false })).toMatch(
      /no deterministic deployer either, .* with create: create/,
    );
  });

  it("is not given if one account owns ether", () => {
    expect(missingEtherWarning({ alloc: { [ACCOUNT]: "1" }, deterministicDeployer: false })).toBeUndefined();
  });
});
