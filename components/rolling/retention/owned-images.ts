import {
  type Image,
  paginateDescribeImages,
  paginateDescribeSnapshots,
  type Snapshot,
  type Tag,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../aws/clients";
import { tagFilters } from "../aws/tags";
import { TAG } from "../plan/ownership";
import type { Release } from "../plan/release";

/** The images and snapshots that the releases of a stack have made in a location. */
export interface OwnedImages {
  readonly images: readonly OwnedImage[];
  /** The snapshots that belong to none of the images, because a deletion was interrupted. */
  readonly orphanedSnapshots: readonly OwnedSnapshot[];
}

export interface OwnedImage extends Owned {
  /** The snapshots of the image's volumes; none as long as EC2 is making the image. */
  readonly snapshots: readonly string[];
  /** The instance from which the image was made. */
  readonly instanceId: string;
}

export type OwnedSnapshot = Owned;

interface Owned {
  readonly id: string;
  readonly releaseId: string;
  readonly revision: string;
  readonly createdAt: Date;
}

/** Finds images and snapshots by their tags, whatever their state: also those that a killed run has left behind. */
export async function findOwnedImages(
  region: string,
  { stack, name }: Pick<Release, "stack" | "name">,
): Promise<OwnedImages> {
  const Filters = tagFilters({ [TAG.stack]: stack, [TAG.release]: name });
  // In this order, so that every snapshot in the answer has its image in the other answer.
  const snapshots = await all<Snapshot>(
    paginateDescribeSnapshots({ client: ec2(region) }, { OwnerIds: ["self"], Filters }),
    "Snapshots",
  );
  const images = await all<Image>(
    paginateDescribeImages({ client: ec2(region) }, { Owners: ["self"], Filters }),
    "Images",
  );
  return { images: images.map(ownedImage), orphanedSnapshots: orphans(images, snapshots) };
}

/**
 * The snapshots that belong to no image. EC2 names the snapshots of an image only when the image is available, so that
 * a snapshot of an instance of which an image is being made is none of them.
 */
export function orphans(images: readonly Image[], snapshots: readonly Snapshot[]): OwnedSnapshot[] {
  const owned = new Set(images.flatMap(snapshotsOf));
  const inProgress = new Set(
    images.filter(({ State }) => State === "pending").map(({ Tags }) => tagOf(Tags, TAG.instance)),
  );
  return snapshots
    .filter(
      ({ SnapshotId = "", State, Tags }) =>
        State === "completed" && !owned.has(SnapshotId) && !inProgress.has(tagOf(Tags, TAG.instance)),
    )
    .map(({ SnapshotId = "", StartTime, Tags }) => ({
      id: SnapshotId,
      releaseId: tagOf(Tags, TAG.releaseId),
      revision: tagOf(Tags, TAG.revision),
      createdAt: StartTime ?? new Date(0),
    }));
}

function ownedImage(image: Image): OwnedImage {
  const { ImageId = "", CreationDate = 0, Tags } = image;
  return {
    id: ImageId,
    releaseId: tagOf(Tags, TAG.releaseId),
    revision: tagOf(Tags, TAG.revision),
    instanceId: tagOf(Tags, TAG.instance),
    createdAt: new Date(CreationDate),
    snapshots: snapshotsOf(image),
  };
}

function snapshotsOf({ BlockDeviceMappings = [] }: Image): string[] {
  return BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
}

/** The value of a tag; empty if there is no such tag. */
export function tagOf(tags: readonly Tag[] | undefined, key: string): string {
  return tags?.find(({ Key }) => Key === key)?.Value ?? "";
}

async function all<Item>(pages: AsyncIterable<object>, field: string): Promise<Item[]> {
  const items: Item[] = [];
  for await (const page of pages) {
    items.push(...((page as Record<string, Item[] | undefined>)[field] ?? []));
  }
  return items;
}
