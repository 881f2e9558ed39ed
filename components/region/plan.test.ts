import fc from "fast-check";
import { Address4 } from "ip-address";
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

const allLocations: Addressed[] = (["azure", "aws"] as const).flatMap((cloud: LocatedCloud) =>
  locations(cloud).map(({ name }) => ({ cloud, location: name })),
);
const cidr: fc.Arbitrary<Cidr> = fc
  .record({ address: fc.nat(2 ** 32 - 1), prefixLength: fc.integer({ min: 0, max: 32 }) })
  .map(({ address, prefixLength }) => {
    const first = address - (address % 2 ** (32 - prefixLength));
    return new Address4(`${Address4.fromInteger(first).correctForm()}/${prefixLength}`);
  });

const contains = (outer: Cidr, inner: Cidr) => inner.subnetMask >= outer.subnetMask && overlaps(outer, inner);

describe("the address plan", () => {
  it("gives no two locations the same address, in any cloud", () => {
    const spaces = allLocations.map(addressSpace);
    spaces.forEach((space, index) => {
      for (const other of spaces.slice(index + 1)) {
        expect(overlaps(space, other), `${formatCidr(space)} and ${formatCidr(other)}`).toBe(false);
      }
    });
    expect(spaces.length).toBeGreaterThan(80);
  });

  it("never moves a region when other regions are added, removed or reordered", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray(allLocations, { minLength: 1 }), (regions) => {
        for (const region of regions) {
          expect(formatCidr(addressSpace(region))).toBe(formatCidr(addressSpace({ ...region })));
        }
        const unique = new Set(regions.map((region) => formatCidr(addressSpace(region))));
        expect(unique.size).toBe(regions.length);
      }),
    );
  });

  it("uses the block that a region's config names", () => {
    expect(formatCidr(addressSpace({ cloud: "aws", location: "us-east-1", cidr: "172.20.0.0/18" }))).toBe(
      "172.20.0.0/18",
    );
  });

  it("keeps every subnet inside its region and apart from the region's other subnets", () => {
    fc.assert(
      fc.property(
        cidr.filter(({ subnetMask }) => subnetMask >= 16 && subnetMask <= 20),
        fc.integer({ min: 1, max: 8 }),
        (space, zones) => {
          const azure = Object.values(azureSubnets(space));
          const aws = awsSubnets(
            space,
            Array.from({ length: zones }, (_, zone) => `zone-${zone}`),
          ).flatMap((zone) => [zone.public, zone.private]);
          expect(aws).toHaveLength(2 * zones);
          for (const subnets of [azure, aws]) {
            subnets.forEach((block, index) => {
              expect(contains(space, block)).toBe(true);
              expect(subnets.slice(index + 1).some((later) => overlaps(block, later))).toBe(false);
            });
          }
        },
      ),
    );
  });
});

describe("CIDR", () => {
  it("is the same after it is formatted and parsed", () => {
    fc.assert(
      fc.property(cidr, (block) => {
        const parsed = parseCidr(formatCidr(block));
        expect(parsed?.correctForm()).toBe(block.correctForm());
        expect(parsed?.subnetMask).toBe(block.subnetMask);
      }),
    );
  });

  it("refuses texts that are no IPv4 block without host bits", () => {
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

  it("overlaps symmetrically, and overlaps itself", () => {
    fc.assert(
      fc.property(cidr, cidr, (a, b) => {
        expect(overlaps(a, b)).toBe(overlaps(b, a));
        expect(overlaps(a, a)).toBe(true);
      }),
    );
  });

  it("has no subnet outside its parent", () => {
    const parent = parseCidr("10.1.0.0/16") as Cidr;
    expect(formatCidr(subnet(parent, 20, 15))).toBe("10.1.240.0/20");
    expect(() => subnet(parent, 20, 16)).toThrow("10.1.0.0/16 has no /20 subnet with index 16");
    expect(() => subnet(parent, 12, 0)).toThrow(RangeError);
  });
});
