import type {
  CreateSnapshotRequest,
  DeleteSnapshotRequest,
  DescribeSnapshotsRequest,
  DescribeSnapshotsResult,
  Filter,
  Snapshot,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { DURATIONS } from "../conditions/durations";
import { ApiError } from "../protocol/errors";
import { page } from "../protocol/page";

/**
 * CreateSnapshot. The snapshot is `pending` while its blocks are copied.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSnapshot.html
 */
export async function createSnapshot(region: Region, request: CreateSnapshotRequest): Promise<Snapshot> {
  const snapshot = await region.ec2<Snapshot>("CreateSnapshot", request);
  const id = snapshot.SnapshotId ?? "";
  const work = followSnapshot(region, id, region.seconds(DURATIONS.image, id));
  region.inBackground(`completion of ${id}`, work);
  return describe(region, snapshot);
}

/** Makes the snapshot `pending` for this many simulated seconds; resolves when it is `completed`. */
export async function followSnapshot(region: Region, id: string, seconds: number): Promise<void> {
  const { clock, signal } = region.account;
  const now = clock.now();
  region.snapshots.set(id, { id, state: "pending", from: now, until: now + seconds });
  await clock.sleep(seconds, signal);
  const record = region.snapshots.get(id);
  if (record !== undefined) {
    record.state = "completed";
  }
}

/**
 * DeleteSnapshot.
 *
 * @throws {ApiError} InvalidSnapshot.InUse while a registered image has the snapshot
 *   (https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteSnapshot.html).
 */
export async function deleteSnapshot(region: Region, request: DeleteSnapshotRequest): Promise<object> {
  const { SnapshotId = "" } = request;
  requireVisible(region, SnapshotId);
  const image = [...region.images.values()].find(({ mappings }) =>
    mappings.some(({ Ebs }) => Ebs?.SnapshotId === SnapshotId),
  );
  if (image !== undefined) {
    throw new ApiError(
      "InvalidSnapshot.InUse",
      `The snapshot ${SnapshotId} is currently in use by ${image.id}`,
    );
  }
  await region.ec2("DeleteSnapshot", { SnapshotId });
  region.snapshots.delete(SnapshotId);
  return {};
}

/** DescribeSnapshots, page by page: moto returns all at once. */
export async function describeSnapshots(
  region: Region,
  request: DescribeSnapshotsRequest,
): Promise<DescribeSnapshotsResult> {
  const isOwn = ({ Name = "" }: Filter) => Name === "status" || Name === "progress";
  const { Filters = [], MaxResults, NextToken, OwnerIds, ...rest } = request;
  for (const id of request.SnapshotIds ?? []) {
    requireVisible(region, id);
  }
  const others = Filters.filter((filter) => !isOwn(filter));
  const { Snapshots = [] } = await region.ec2<DescribeSnapshotsResult>("DescribeSnapshots", {
    ...rest,
    ...(others.length > 0 && { Filters: others }),
  });
  const hidden = hiddenSnapshots(region);
  const matching = Snapshots.filter(({ SnapshotId = "" }) => !hidden.has(SnapshotId))
    .map((snapshot) => describe(region, snapshot))
    .filter((snapshot) =>
      Filters.filter(isOwn).every(({ Name, Values = [] }) =>
        Values.includes((Name === "status" ? snapshot.State : snapshot.Progress) ?? ""),
      ),
    )
    .filter(
      ({ OwnerId = "" }) => OwnerIds === undefined || OwnerIds.includes("self") || OwnerIds.includes(OwnerId),
    );
  const { items, next } = page(matching, MaxResults, NextToken);
  return { Snapshots: items, ...(next !== undefined && { NextToken: next }) };
}

function hiddenSnapshots(region: Region): Set<string> {
  return new Set([...region.images.values()].map(({ motoSnapshot }) => motoSnapshot));
}

function requireVisible(region: Region, id: string): void {
  if (hiddenSnapshots(region).has(id)) {
    throw new ApiError("InvalidSnapshot.NotFound", `The snapshot '${id}' does not exist.`);
  }
}

function describe(region: Region, snapshot: Snapshot): Snapshot {
  const record = region.snapshots.get(snapshot.SnapshotId ?? "");
  if (record === undefined) {
    return snapshot;
  }
  const elapsed = (region.account.clock.now() - record.from) / (record.until - record.from);
  const percent = record.state === "completed" ? 100 : Math.min(99, Math.floor(100 * (elapsed || 0)));
  return { ...snapshot, State: record.state, Progress: `${percent}%` };
}
