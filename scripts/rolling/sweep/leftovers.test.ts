import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../../components/engine/dynamic-type";
import { age, leftoversOf, type TaggedResource } from "./leftovers";
import { callsOf } from "./sweep";

const REGIONS = ["us-east-1", "eu-west-1"];
const tagged = (kind: TaggedResource["kind"], id: string, fields: Partial<TaggedResource> = {}) => ({
  kind,
  id,
  region: "eu-west-1",
  releaseId: "v1-0a1b2c3d",
  createdAt: new Date("2026-01-01T00:00:00Z"),
  sourceImage: "",
  instanceId: "",
  isUsed: false,
  snapshots: [],
  ...fields,
});
const resource = (type: string, fields: object) => ({
  urn: `urn:pulumi:shop::chainfleet::${type}::name`,
  type: `${DYNAMIC_TYPE_PREFIX}${type}`,
  ...fields,
});
const ids = (found: readonly TaggedResource[], state: Parameters<typeof leftoversOf>[1]) =>
  leftoversOf(found, state, REGIONS).map(({ id }) => id);

describe("what is left over", () => {
  it("is neither used nor in the state, by whichever id the state knows it", () => {
    const found = [
      tagged("instance", "i-state"),
      tagged("instance", "i-left"),
      tagged("image", "ami-first"),
      tagged("image", "ami-again"),
      tagged("image", "ami-used", { isUsed: true }),
      tagged("image", "ami-left"),
      tagged("snapshot", "snap-left"),
    ];
    const state = {
      resources: [
        resource("TemporaryInstance", { id: "i-state", outputs: { instanceId: "i-state" } }),
        resource("MachineImage", { id: "ami-first", outputs: { imageId: "ami-again" } }),
        // A resource that was replaced and is still to be deleted is known as well.
        { ...resource("MachineImage", { id: "ami-old", outputs: {} }), delete: true },
      ],
    };
    expect(ids([...found, tagged("image", "ami-old")], state)).toEqual(["i-left", "ami-left", "snap-left"]);
  });

  it("is not what a run is just creating, which the state knows by its inputs alone", () => {
    const release = { id: "v1-0a1b2c3d" };
    const inputs = { region: "eu-west-1", release, sourceImage: "ami-1" };
    const state = {
      pending_operations: [
        { type: "creating", resource: resource("TemporaryInstance", { inputs }) },
        {
          type: "creating",
          resource: resource("MachineImage", { inputs: { region: "eu-west-1", instanceId: "i-1" } }),
        },
      ],
    };
    const found = [
      tagged("instance", "i-being-launched", { sourceImage: "ami-1" }),
      tagged("instance", "i-of-launch", {
        sourceImage: "ami-1",
        releaseId: "v1-0a1b2c3d/launch-5f3a9c01",
      }),
      tagged("instance", "i-of-other-image", { sourceImage: "ami-2" }),
      tagged("instance", "i-elsewhere", { sourceImage: "ami-1", region: "us-east-1" }),
      tagged("image", "ami-being-made", { instanceId: "i-1" }),
      tagged("image", "ami-of-other-instance", { instanceId: "i-2" }),
    ];
    expect(ids(found, state)).toEqual([
      "i-elsewhere",
      "i-of-launch",
      "i-of-other-image",
      "ami-of-other-instance",
    ]);
  });

  it("shows the revision of a release, and of an instance of chainfleet rolling launch", () => {
    const found = [
      tagged("instance", "i-1", { releaseId: "v1.2-0a1b2c3d/launch-5f3a9c01" }),
      tagged("instance", "i-2", { releaseId: "v1.3-0a1b2c3d" }),
    ];
    expect(leftoversOf(found, {}, REGIONS).map(({ revision }) => revision)).toEqual(["v1.2", "v1.3"]);
  });

  it("is never used or known, is complete, and is in the order of regions, kinds and ages", () => {
    const anyResource = fc.record({
      kind: fc.constantFrom("instance" as const, "image" as const, "snapshot" as const),
      region: fc.constantFrom(...REGIONS),
      isUsed: fc.boolean(),
      inState: fc.boolean(),
      minute: fc.integer({ min: 0, max: 5 }),
    });
    fc.assert(
      fc.property(fc.array(anyResource), (entries) => {
        const found = entries.map(({ kind, region, isUsed, minute }, index) =>
          tagged(kind, `id-${index}`, { region, isUsed, createdAt: new Date(minute * 60_000) }),
        );
        const types = { instance: "TemporaryInstance", image: "MachineImage", snapshot: undefined };
        const resources = entries.flatMap(({ kind, inState }, index) => {
          const type = types[kind];
          return inState && type !== undefined ? [resource(type, { id: `id-${index}` })] : [];
        });
        const swept = leftoversOf(found, { resources }, REGIONS);
        const expected = found.filter(
          ({ kind, isUsed }, index) => !isUsed && (kind === "snapshot" || !entries[index]?.inState),
        );
        expect(new Set(swept.map(({ id }) => id))).toEqual(new Set(expected.map(({ id }) => id)));
        const keys = swept.map(
          ({ region, kind, createdAt }) =>
            `${REGIONS.indexOf(region)} ${["instance", "image", "snapshot"].indexOf(kind)} ${createdAt.toISOString()}`,
        );
        expect(keys).toEqual([...keys].sort());
      }),
    );
  });
});

it("an image is deleted with the snapshots of all its volumes", () => {
  const [image] = leftoversOf([tagged("image", "ami-1", { snapshots: ["snap-1", "snap-2"] })], {}, REGIONS);
  expect(image && callsOf(image).map(({ call, input }) => [call, input])).toEqual([
    ["ec2:DeregisterImage", { ImageId: "ami-1" }],
    ["ec2:DeleteSnapshot", { SnapshotId: "snap-1" }],
    ["ec2:DeleteSnapshot", { SnapshotId: "snap-2" }],
  ]);
});

it("the age of a resource is in minutes, from two hours on in hours, and from two days on in days", () => {
  const now = new Date("2026-01-10T00:00:00Z");
  const ageAfter = (minutes: number) => age(new Date(now.getTime() - minutes * 60_000), now);
  expect([0, 119, 120, 47 * 60 + 59, 48 * 60, 10 * 24 * 60].map(ageAfter)).toEqual([
    "0 min",
    "119 min",
    "2 h",
    "47 h",
    "2 d",
    "10 d",
  ]);
  expect(ageAfter(-5)).toBe("0 min");
});
