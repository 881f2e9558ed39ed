import * as aws from "@pulumi/aws";
import * as pulumi from "@pulumi/pulumi";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { chooseZones, fetchZones, type Zone } from "./aws-zones";

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

describe("the zones of a location", () => {
  const fetched = async (location: string, account: readonly Zone[]) => {
    await pulumi.runtime.setMocks({
      newResource: ({ name, inputs }) => ({ id: name, state: inputs }),
      call: () => ({ names: account.map(({ name }) => name), zoneIds: account.map(({ id }) => id) }),
    });
    const provider = new aws.Provider(location, { region: location as aws.Region });
    return fetchZones({ name: location, location }, provider);
  };

  it("are those that the account has there, and not the letters a, b and c", async () => {
    const account = [
      { name: "us-west-1b", id: "usw1-az3" },
      { name: "us-west-1c", id: "usw1-az1" },
    ];
    expect((await fetched("us-west-1", account)).map(({ name }) => name)).toEqual([
      "us-west-1c",
      "us-west-1b",
    ]);
  });

  it("are refused if EKS supports fewer than two of them", async () => {
    const account = [
      { name: "us-west-1a", id: "usw1-az2" },
      { name: "us-west-1b", id: "usw1-az1" },
    ];
    await expect(fetched("us-west-1", account)).rejects.toMatchObject({
      code: "AWS_ZONES_TOO_FEW",
      summary: expect.stringContaining("1 availability zones in us-west-1"),
    });
  });
});
