import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RegionConfig } from "../config/schema";
import { heldRegions, shrunkRegions, validatorsAmong } from "./held-regions";

const regionOf = (name: string, validators: number) =>
  ({
    cloud: "kubernetes",
    name,
    validators,
    rpcNodes: 0,
    kubeconfig: "kubeconfig",
    p2pAddresses: Array.from({ length: validators }, (_, index) => `198.51.100.${index}`),
  }) as RegionConfig;

const networks = fc
  .uniqueArray(
    fc.record({
      name: fc.constantFrom("a", "b", "c", "d"),
      validators: fc.nat(4),
    }),
    { selector: ({ name }) => name },
  )
  .map((regions) => regions.map(({ name, validators }) => regionOf(name, validators)));

describe("the regions of the network's stack", () => {
  const cases = fc.record({
    configured: networks,
    before: networks,
    own: fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.nat(4)),
  });
  const counts = (regions: readonly RegionConfig[]) =>
    new Map(regions.map(({ name, validators }) => [name, validators]));

  it("have every validator that still runs in the stack of its region, every one of the config, and no other", () => {
    fc.assert(
      fc.property(cases, ({ configured, before, own }) => {
        const held = counts(heldRegions({ configured, before, inOwnStack: (name) => own[name] }));
        const [wanted, had] = [counts(configured), counts(before)];
        for (const name of ["a", "b", "c", "d"]) {
          const running = Math.min(had.get(name) ?? 0, own[name] ?? 0);
          const isThere = wanted.has(name) || (had.has(name) && own[name] !== undefined);
          expect(held.get(name)).toBe(isThere ? Math.max(wanted.get(name) ?? 0, running) : undefined);
        }
      }),
    );
  });

  it("begin with those of the config, in its order, and are those of the config once nothing else runs", () => {
    fc.assert(
      fc.property(cases, ({ configured, before, own }) => {
        const held = heldRegions({ configured, before, inOwnStack: (name) => own[name] });
        expect(held.slice(0, configured.length).map(({ name }) => name)).toEqual(
          configured.map(({ name }) => name),
        );
        expect(heldRegions({ configured, before: held, inOwnStack: () => undefined })).toEqual(configured);
      }),
    );
  });

  it("keep the addresses of validators that have left the config", () => {
    const [held] = heldRegions({
      configured: [{ ...regionOf("a", 1), p2pAddresses: ["203.0.113.9"] } as RegionConfig],
      before: [regionOf("a", 3)],
      inOwnStack: () => 3,
    });
    expect(held).toMatchObject({
      validators: 3,
      p2pAddresses: ["203.0.113.9", "198.51.100.1", "198.51.100.2"],
    });
  });

  it("are looked at in the stacks of regions only where something has left the config", () => {
    const before = [regionOf("a", 2), regionOf("b", 2), regionOf("c", 2)];
    const configured = [regionOf("a", 2), regionOf("b", 1), regionOf("d", 4)];
    expect(shrunkRegions({ configured, before })).toEqual(["b", "c"]);
  });
});

it("the validators of a region's stack are counted by the names of its resources, up to the last one", () => {
  expect(validatorsAmong("eu", ["eu-besu", "eu-validator-0", "eu-validator-2-p2p"])).toBe(3);
  expect(validatorsAmong("eu", ["eu-validator-disruption-budget", "eu-west-validator-4"])).toBe(0);
  expect(validatorsAmong("eu", [])).toBeUndefined();
});
