import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type LocatedCloud, locations } from "./locations";
import {
  type Addressed,
  addressSpace,
  awsSubnets,
  azureSubnets,
  type Cidr,
  formatCidr,
  overlaps,
  parseCidr,
  subnet,
} from "./plan";

const everywhere: Addressed[] = (["azure", "aws"] as const).flatMap((cloud: LocatedCloud) =>
  locations(cloud).map(({ name }) => ({ cloud, location: name })),
);
const cidr: fc.Arbitrary<Cidr> = fc
  .record({ address: fc.nat(2 ** 32 - 1), prefix: fc.integer({ min: 0, max: 32 }) })
  .map(({ address, prefix }) => ({ first: address - (address % 2 ** (32 - prefix)), prefix }));

const contains = (outer: Cidr, inner: Cidr) => inner.prefix >= outer.prefix && overlaps(outer, inner);

describe("the address plan", () => {
  it("gives no two locations of any cloud an address in common", () => {
    const spaces = everywhere.map(addressSpace);
    spaces.forEach((space, index) => {
      for (const other of spaces.slice(index + 1)) {
        expect(overlaps(space, other), `${formatCidr(space)} and ${formatCidr(other)}`).toBe(false);
      }
    });
    expect(spaces.length).toBeGreaterThan(80);
  });

  it("never moves a region when others come, go or change places", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(everywhere, { minLength: 1 }), (regions) => {
        for (const region of regions) {
          expect(addressSpace(region)).toEqual(addressSpace({ ...region }));
        }
        const unique = new Set(regions.map((region) => formatCidr(addressSpace(region))));
        expect(unique.size).toBe(regions.length);
      }),
    );
  });

  it("lets a region have a block of its own", () => {
    expect(formatCidr(addressSpace({ cloud: "aws", location: "us-east-1", cidr: "172.20.0.0/18" }))).toBe(
      "172.20.0.0/18",
    );
  });

  it("keeps every subnet inside its region and apart from the others", () => {
    fc.assert(
      fc.property(
        cidr.filter(({ prefix }) => prefix >= 16 && prefix <= 20),
        fc.integer({ min: 1, max: 8 }),
        (space, zones) => {
          const azure = Object.values(azureSubnets(space));
          const aws = awsSubnets(
            space,
            Array.from({ length: zones }, (_, zone) => `zone-${zone}`),
          ).flatMap((zone) => [zone.public, zone.private]);
          expect(aws).toHaveLength(2 * zones);
          for (const subnets of [azure, aws]) {
            subnets.forEach((one, index) => {
              expect(contains(space, one)).toBe(true);
              expect(subnets.slice(index + 1).some((other) => overlaps(one, other))).toBe(false);
            });
          }
        },
      ),
    );
  });
});

describe("CIDR", () => {
  it("survives being written and read", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        expect(parseCidr(formatCidr(block))).toEqual(block);
      }),
    );
  });

  it("refuses what is none", () => {
    for (const text of [
      "10.0.0.0",
      "10.0.0.1/16",
      "10.0.0.256/32",
      "10.0.0.0/33",
      "::/0",
      "10.0.0.0/ 8",
      "",
    ]) {
      expect(parseCidr(text), text).toBeUndefined();
    }
  });

  it("overlaps both ways or not at all, and with itself", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, a)).toBe(true);
      }),
    );
  });

  it("has no subnet outside of its parent", () => {
    const parent = parseCidr("10.1.0.0/16") as Cidr;
    expect(formatCidr(subnet(parent, 20, 15))).toBe("10.1.240.0/20");
    expect(() => subnet(parent, 20, 16)).toThrow("no 16. /20 inside 10.1.0.0/16");
    expect(() => subnet(parent, 12, 0)).toThrow(RangeError);
  });
});
