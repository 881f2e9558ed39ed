import { paginateDescribeInstances } from "@aws-sdk/client-ec2";
import { ec2 } from "../../../components/rolling/aws/clients";
import { tagFilters } from "../../../components/rolling/aws/tags";
import { usedImages } from "../../../components/rolling/image/image-users";
import { TAG } from "../../../components/rolling/plan/ownership";
import type { Release } from "../../../components/rolling/plan/release";
import { findOwnedImages, tagOf } from "../../../components/rolling/retention/owned-images";
import type { TaggedResource } from "./leftovers";

/** Everything in a region that has the tags of a stack and of its release, whatever its revision. */
export async function findTagged(region: string, release: Release): Promise<TaggedResource[]> {
  const [instances, { images, orphanedSnapshots }] = await Promise.all([
    findInstances(region, release),
    findOwnedImages(region, release),
  ]);
  const used = await usedImages(
    region,
    images.map(({ id }) => id),
  );
  return [
    ...instances,
    ...images.map(({ id, releaseId, createdAt, instanceId, snapshots }) => ({
      ...NOTHING,
      kind: "image" as const,
      region,
      id,
      releaseId,
      createdAt,
      instanceId,
      snapshots,
      isUsed: used.has(id),
    })),
    ...orphanedSnapshots.map(({ id, releaseId, createdAt }) => ({
      ...NOTHING,
      kind: "snapshot" as const,
      region,
      id,
      releaseId,
      createdAt,
    })),
  ];
}

const NOTHING = { sourceImage: "", instanceId: "", snapshots: [], isUsed: false };

async function findInstances(region: string, { stack, name }: Release): Promise<TaggedResource[]> {
  const found: TaggedResource[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2(region) },
    {
      Filters: [
        ...tagFilters({ [TAG.stack]: stack, [TAG.release]: name }),
        { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] },
      ],
    },
  );
  for await (const { Reservations = [] } of pages) {
    for (const { InstanceId = "", LaunchTime, Tags } of Reservations.flatMap(
      ({ Instances = [] }) => Instances,
    )) {
      found.push({
        ...NOTHING,
        kind: "instance",
        region,
        id: InstanceId,
        releaseId: tagOf(Tags, TAG.releaseId),
        createdAt: LaunchTime ?? new Date(0),
        sourceImage: tagOf(Tags, TAG.sourceImage),
        // A person may have attached a temporary instance to a group.
        isUsed: tagOf(Tags, "aws:autoscaling:groupName") !== "",
      });
    }
  }
  return found;
}
