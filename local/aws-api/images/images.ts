import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type {
  BlockDeviceMapping,
  CreateImageRequest,
  CreateImageResult,
  DeregisterImageRequest,
  DeregisterImageResult,
  DescribeImagesResult,
  RegisterImageRequest,
  RegisterImageResult,
  Snapshot,
  TagSpecification,
  Volume,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { DURATIONS } from "../conditions/durations";
import { instancesById } from "../instances/describe";
import { DEFAULT_USERS } from "../instances/instance";
import { ApiError } from "../protocol/errors";
import type { ImageRecord } from "./record";
import { deleteSnapshot, followSnapshot } from "./snapshots";

/**
 * CreateImage: one snapshot for each EBS volume of the instance, and a copy of the instance's disk. The image is `pending`
 * until all of its snapshots are complete. The instance is rebooted unless the request says NoReboot.
 *
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html and
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/creating-an-ami-ebs.html
 */
export async function createImage(region: Region, request: CreateImageRequest): Promise<CreateImageResult> {
  const { InstanceId = "", Name = "", Description, TagSpecifications = [] } = request;
  const [instance] = instancesById(region, [InstanceId]);
  requireFreeName(region, Name);
  for (const { ResourceType } of TagSpecifications) {
    if (ResourceType !== "image" && ResourceType !== "snapshot") {
      throw new ApiError(
        "InvalidParameterValue",
        `'${ResourceType}' is not a valid taggable resource type for this operation.`,
      );
    }
  }
  if (instance === undefined || (instance.state !== "running" && instance.state !== "stopped")) {
    throw new ApiError(
      "IncorrectInstanceState",
      `The instance '${InstanceId}' is ${instance?.state}, and an image is made of a running or a stopped instance.`,
    );
  }
  const name = reserveName(region, Name);
  try {
    const volumes = await volumesOf(region, InstanceId);
    const { ImageId = "" } = await region.ec2<CreateImageResult>("CreateImage", {
      InstanceId,
      Name,
      Description,
      TagSpecifications: TagSpecifications.filter(({ ResourceType }) => ResourceType === "image"),
    });
    const purpose = { imageId: ImageId, instanceId: InstanceId, TagSpecifications };
    const mappings = await Promise.all(volumes.map((volume) => snapshotOf(region, volume, purpose)));
    const source = region.images.get(instance.launch.imageId);
    const image = await addImage(region, {
      id: ImageId,
      name: Name,
      state: "pending",
      rootDevice: source?.rootDevice ?? mappings[0]?.DeviceName ?? "/dev/xvda",
      mappings,
      users: source?.users ?? DEFAULT_USERS,
    });
    await cp(instance.disk, image.disk, { recursive: true, verbatimSymlinks: true });
    if (instance.state === "running" && !request.NoReboot) {
      instance.reboot();
    }
    region.inBackground(`completion of ${ImageId}`, complete(region, image));
    return { ImageId };
  } finally {
    name.release();
  }
}

/** RegisterImage from snapshots. The image is available at once. */
export async function registerImage(
  region: Region,
  request: RegisterImageRequest,
  users: readonly string[] = DEFAULT_USERS,
): Promise<RegisterImageResult> {
  const {
    Name = "",
    BlockDeviceMappings = [],
    RootDeviceName = "/dev/xvda",
    TagSpecifications = [],
  } = request;
  requireFreeName(region, Name);
  if (!BlockDeviceMappings.some(({ DeviceName, Ebs }) => DeviceName === RootDeviceName && Ebs?.SnapshotId)) {
    throw new ApiError(
      "InvalidBlockDeviceMapping",
      `The request has no snapshot for the root device ${RootDeviceName}.`,
    );
  }
  const name = reserveName(region, Name);
  try {
    const { ImageId = "" } = await region.ec2<RegisterImageResult>("RegisterImage", {
      Name,
      Description: request.Description,
    });
    const tags = TagSpecifications.flatMap(({ Tags = [] }) => Tags);
    if (tags.length > 0) {
      await region.ec2("CreateTags", { Resources: [ImageId], Tags: tags });
    }
    await addImage(region, {
      id: ImageId,
      name: Name,
      state: "available",
      rootDevice: RootDeviceName,
      mappings: BlockDeviceMappings,
      users,
    });
    return { ImageId };
  } finally {
    name.release();
  }
}

/**
 * DeregisterImage. Instances that run from the image go on. The snapshots stay unless the request says otherwise.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeregisterImage.html
 */
export async function deregisterImage(
  region: Region,
  request: DeregisterImageRequest,
): Promise<DeregisterImageResult> {
  const { ImageId = "" } = request;
  const image = existingImage(region, ImageId);
  await region.ec2("DeregisterImage", { ImageId });
  await region.ec2("DeleteSnapshot", { SnapshotId: image.motoSnapshot });
  region.images.delete(ImageId);
  await rm(image.disk, { recursive: true, force: true });
  if (!request.DeleteAssociatedSnapshots) {
    return { Return: true };
  }
  const snapshots = image.mappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  for (const SnapshotId of snapshots) {
    await deleteSnapshot(region, { SnapshotId });
  }
  return {
    Return: true,
    DeleteSnapshotResults: snapshots.map((SnapshotId) => ({ SnapshotId, ReturnCode: "success" })),
  };
}

/** @throws {ApiError} InvalidAMIID.NotFound or InvalidAMIID.Unavailable if instances cannot be launched from the image. */
export async function usableImage(region: Region, id: string): Promise<ImageRecord> {
  const image = existingImage(region, id);
  if (image.state !== "available") {
    throw new ApiError(
      "InvalidAMIID.Unavailable",
      `The image ID '${id}' is not available: its state is ${image.state}`,
    );
  }
  return image;
}

/** @throws {ApiError} InvalidAMIID.Malformed or InvalidAMIID.NotFound if there is no image of that id. */
export function existingImage(region: Region, id: string): ImageRecord {
  if (!/^ami-[0-9a-f]{8,17}$/.test(id)) {
    throw new ApiError("InvalidAMIID.Malformed", `Invalid id: "${id}" (expecting "ami-...")`);
  }
  const image = region.images.get(id);
  if (image === undefined) {
    throw new ApiError("InvalidAMIID.NotFound", `The image id '[${id}]' does not exist`);
  }
  return image;
}

/** Names of images that are being made. Two requests with one name may arrive before moto knows the first image. */
const reserved = new WeakMap<Region, Set<string>>();

function reserveName(region: Region, name: string): { release(): void } {
  const names = reserved.get(region) ?? new Set<string>();
  reserved.set(region, names);
  names.add(name);
  return { release: () => names.delete(name) };
}

/**
 * The name of an image has 3 to 128 characters and is unique in account and region.
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateImage.html and InvalidAMIName.Duplicate in
 * https://docs.aws.amazon.com/ec2/latest/devguide/errors-overview.html
 */
function requireFreeName(region: Region, name: string): void {
  if (!/^[a-zA-Z0-9()[\] ./\-'@_]{3,128}$/.test(name)) {
    throw new ApiError(
      "InvalidAMIName.Malformed",
      "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/', '_', '@', \"'\", '[', ']' and spaces",
    );
  }
  const existing = [...region.images.values()].find((image) => image.name === name);
  if (existing !== undefined || reserved.get(region)?.has(name)) {
    throw new ApiError(
      "InvalidAMIName.Duplicate",
      `AMI name ${name} is already in use by AMI ${existing?.id ?? "that is being created"}`,
    );
  }
}

async function addImage(
  region: Region,
  image: Omit<ImageRecord, "disk" | "motoSnapshot">,
): Promise<ImageRecord> {
  const { Images = [] } = await region.ec2<DescribeImagesResult>("DescribeImages", { ImageIds: [image.id] });
  const motoSnapshot = Images[0]?.BlockDeviceMappings?.[0]?.Ebs?.SnapshotId ?? "";
  const record = { ...image, motoSnapshot, disk: join(region.account.disks, image.id) };
  await mkdir(record.disk, { recursive: true, mode: 0o700 });
  region.images.set(image.id, record);
  return record;
}

async function volumesOf(region: Region, instanceId: string): Promise<Volume[]> {
  const { Volumes = [] } = await region.ec2<{ Volumes?: Volume[] }>("DescribeVolumes", {
    Filters: [{ Name: "attachment.instance-id", Values: [instanceId] }],
  });
  return Volumes;
}

async function snapshotOf(
  region: Region,
  volume: Volume,
  {
    imageId,
    instanceId,
    TagSpecifications,
  }: {
    readonly imageId: string;
    readonly instanceId: string;
    readonly TagSpecifications: readonly TagSpecification[];
  },
): Promise<BlockDeviceMapping> {
  const tags = TagSpecifications.filter(({ ResourceType }) => ResourceType === "snapshot");
  const { SnapshotId = "" } = await region.ec2<Snapshot>("CreateSnapshot", {
    VolumeId: volume.VolumeId,
    // The description that AWS gives to the snapshots of an image.
    Description: `Created by CreateImage(${instanceId}) for ${imageId}`,
    ...(tags.length > 0 && { TagSpecifications: tags }),
  });
  const now = region.account.clock.now();
  region.snapshots.set(SnapshotId, {
    id: SnapshotId,
    state: "pending",
    from: now,
    until: Number.POSITIVE_INFINITY,
  });
  const [attachment] = volume.Attachments ?? [];
  return {
    DeviceName: attachment?.Device ?? "",
    Ebs: {
      SnapshotId,
      VolumeSize: volume.Size,
      VolumeType: volume.VolumeType,
      DeleteOnTermination: attachment?.DeleteOnTermination ?? true,
      Encrypted: volume.Encrypted ?? false,
    },
  };
}

async function complete(region: Region, image: ImageRecord): Promise<void> {
  const seconds = region.seconds(DURATIONS.image, image.id);
  const snapshots = image.mappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []);
  await Promise.all(snapshots.map((id) => followSnapshot(region, id, seconds)));
  image.state = "available";
}
