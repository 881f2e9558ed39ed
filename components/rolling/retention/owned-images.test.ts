import { expect, test } from "vitest";
import { TAG } from "../plan/ownership";
import { orphans } from "./owned-images";

const tags = (instance: string) => [
  { Key: TAG.instance, Value: instance },
  { Key: TAG.releaseId, Value: "v1-0a1b2c3d" },
  { Key: TAG.revision, Value: "v1" },
];
const snapshot = (SnapshotId: string, instance: string, fields = {}) => ({
  SnapshotId,
  State: "completed" as const,
  StartTime: new Date("2026-01-02T03:04:05Z"),
  Tags: tags(instance),
  ...fields,
});

test("a snapshot is orphaned if no image has it as a volume", () => {
  const image = {
    ImageId: "ami-1",
    State: "available" as const,
    BlockDeviceMappings: [{ Ebs: { SnapshotId: "snap-1" } }, { Ebs: { SnapshotId: "snap-2" } }],
    Tags: tags("i-1"),
  };
  const snapshots = ["snap-1", "snap-2", "snap-3"].map((id) => snapshot(id, "i-1"));
  expect(orphans([image], snapshots)).toEqual([
    { id: "snap-3", releaseId: "v1-0a1b2c3d", revision: "v1", createdAt: new Date("2026-01-02T03:04:05Z") },
  ]);
});

test("a snapshot that EC2 is writing, or whose image EC2 is making, is not orphaned", () => {
  const image = { ImageId: "ami-1", State: "pending" as const, Tags: tags("i-1") };
  const snapshots = [
    snapshot("snap-1", "i-1"),
    snapshot("snap-2", "i-2", { State: "pending" }),
    snapshot("snap-3", "i-2"),
  ];
  expect(orphans([image], snapshots).map(({ id }) => id)).toEqual(["snap-3"]);
});
