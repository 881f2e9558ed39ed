import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { groupOf, nameOf } from "./resource-names";

const urn = (name: string) => `urn:pulumi:dev::chainfleet::azure-native:network:VirtualNetwork::${name}`;

describe("the name of a resource", () => {
  it("is the part of the URN after the type, even if the name contains colons", () => {
    expect(nameOf(urn("eastus-network"))).toBe("eastus-network");
    expect(nameOf(urn("a::b"))).toBe("a::b");
  });
});

describe("the region of a resource", () => {
  it("is the region with whose name the resource's name begins, however similar the regions' names are", () => {
    const name = fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/);
    fc.assert(
      fc.property(fc.uniqueArray(name, { minLength: 1, maxLength: 8 }), name, (names, part) => {
        for (const region of names) {
          expect(groupOf(urn(`${region}-${part}`), names)).toBe(region);
          expect(groupOf(urn(region), names)).toBe(region);
        }
      }),
    );
  });

  it("is the region with the longest name if one region's name begins with the name of another region", () => {
    expect(groupOf(urn("eu-west-network"), ["eu", "eu-west"])).toBe("eu-west");
    expect(groupOf(urn("eu-network"), ["eu", "eu-west"])).toBe("eu");
  });

  it("is undefined for a resource of no region", () => {
    expect(groupOf(urn("chain138-besu-genesis"), ["eastus"])).toBeUndefined();
  });
});
