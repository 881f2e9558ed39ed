import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseZones } from "./aws-zones";

const zones = (...ids: string[]) => ids.map((id, index) => ({ name: `us-east-1${"abcdefgh"[index]}`, id }));

describe("the zones of a region", () => {
  it("are those with EKS, whatever the letters of the account", () => {
    const account = zones("use1-az3", "use1-az6", "use1-az1", "use1-az2", "use1-az4");
    expect(chooseZones(account)).toEqual([
      { name: "us-east-1c", id: "use1-az1" },
      { name: "us-east-1d", id: "use1-az2" },
      { name: "us-east-1e", id: "use1-az4" },
    ]);
  });

  it("are two where an account has only two", () => {
    expect(chooseZones(zones("usw1-az3", "usw1-az1")).map(({ id }) => id)).toEqual(["usw1-az1", "usw1-az3"]);
  });

  it("stay the same when AWS opens a zone, and do not depend on the order of the answer", () => {
    const numbers = fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { minLength: 3, maxLength: 8 });
    fc.assert(
      fc.property(numbers, fc.integer({ min: 21, max: 40 }), (existing, opened) => {
        const before = existing.map((number) => ({ name: `n${number}`, id: `euw1-az${number}` }));
        const after = [{ name: "new", id: `euw1-az${opened}` }, ...[...before].reverse()];
        expect(chooseZones(after)).toEqual(chooseZones(before));
      }),
    );
  });
});
