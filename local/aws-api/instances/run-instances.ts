import type {
  BlockDeviceMapping,
  DescribeSubnetsResult,
  LaunchTemplateBlockDeviceMapping,
  Reservation,
  ResponseLaunchTemplateData,
  RunInstancesRequest,
  Snapshot,
  Tag,
  TagSpecification,
} from "@aws-sdk/client-ec2";
import { once } from "../account/client-token";
import type { Region } from "../account/region";
import { usableImage } from "../images/images";
import { ApiError } from "../protocol/errors";
import { templateVersion } from "../templates/templates";
import { describeReservation } from "./describe";
import { Instance } from "./instance";

/** What a group adds to the launches that it orders. */
export interface GroupLaunch {
  readonly name: string;
  readonly isProtectedFromScaleIn: boolean;
}

/**
 * Launches instances as RunInstances does: the request's parameters take precedence over the template's, and the volumes
 * are those of the image, of the template and of the request, by device name.
 *
 * Sources: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html (LaunchTemplate: "Any additional
 * parameters that you specify for the new instance overwrite the corresponding parameters in the launch template") and
 * https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/block-device-mapping-concepts.html
 *
 * @returns the reservation as moto knows it, and the records of its instances, which do not boot yet.
 */
export async function launchInstances(
  region: Region,
  request: RunInstancesRequest,
  group?: GroupLaunch,
): Promise<{ reservation: Reservation; instances: Instance[] }> {
  const version =
    request.LaunchTemplate === undefined ? undefined : await templateVersion(region, request.LaunchTemplate);
  const data: ResponseLaunchTemplateData = version?.LaunchTemplateData ?? {};
  const imageId = request.ImageId ?? data.ImageId;
  if (imageId === undefined || imageId === "") {
    throw new ApiError("MissingParameter", "The request must contain the parameter ImageId");
  }
  const image = await usableImage(region, imageId);
  const networkInterfaces = request.NetworkInterfaces ?? data.NetworkInterfaces;
  const parameters = {
    MinCount: request.MaxCount,
    MaxCount: request.MaxCount,
    ImageId: imageId,
    // The default of the API: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RunInstances.html
    InstanceType: request.InstanceType ?? data.InstanceType ?? "m1.small",
    KeyName: request.KeyName ?? data.KeyName,
    UserData: request.UserData ?? data.UserData,
    EbsOptimized: request.EbsOptimized ?? data.EbsOptimized,
    BlockDeviceMappings: await mergedMappings(region, [
      image.mappings,
      data.BlockDeviceMappings ?? [],
      request.BlockDeviceMappings ?? [],
    ]),
    TagSpecifications: mergedTags(data.TagSpecifications ?? [], request.TagSpecifications ?? []),
    ...(networkInterfaces === undefined
      ? await placement(region, request, data)
      : { NetworkInterfaces: networkInterfaces }),
    ...(version !== undefined && {
      LaunchTemplate: { LaunchTemplateId: version.LaunchTemplateId, Version: String(version.VersionNumber) },
    }),
    ClientToken: request.ClientToken,
  };
  const reservation = await region.ec2<Reservation>("RunInstances", parameters);
  const instances: Instance[] = [];
  for (const launched of reservation.Instances ?? []) {
    const id = launched.InstanceId ?? "";
    const instance = new Instance(
      region,
      {
        id,
        imageId,
        instanceType: parameters.InstanceType,
        subnetId: launched.SubnetId ?? "",
        zone: launched.Placement?.AvailabilityZone ?? "",
        isProtectedFromScaleIn: group?.isProtectedFromScaleIn ?? false,
        ...(request.ClientToken !== undefined && { clientToken: request.ClientToken }),
        ...(group !== undefined && { group: group.name }),
        ...(version !== undefined && {
          template: {
            id: version.LaunchTemplateId ?? "",
            name: version.LaunchTemplateName ?? "",
            version: String(version.VersionNumber),
          },
        }),
      },
      await region.account.addresses.take(),
    );
    region.instances.set(id, instance);
    await instance.create();
    instances.push(instance);
  }
  return { reservation, instances };
}

/**
 * RunInstances. A request with the token of an earlier one returns the earlier instances in their present state, and is
 * refused if its parameters differ.
 *
 * Source: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export async function runInstances(region: Region, request: RunInstancesRequest): Promise<Reservation> {
  const { MinCount = 1, MaxCount = 1 } = request;
  if (MinCount > MaxCount || MinCount < 1) {
    throw new ApiError(
      "InvalidParameterValue",
      `MinCount ${MinCount} and MaxCount ${MaxCount} are not a valid range`,
    );
  }
  const launch = async () => {
    const { reservation, instances } = await launchInstances(region, request);
    for (const instance of instances) {
      instance.boot();
    }
    return reservation;
  };
  return describeReservation(region, await once(region, "RunInstances", request, launch));
}

/** Without a subnet an instance comes into a default subnet of its zone, with the default security group. */
async function placement(region: Region, request: RunInstancesRequest, data: ResponseLaunchTemplateData) {
  const zone = request.Placement?.AvailabilityZone ?? data.Placement?.AvailabilityZone;
  const subnetId = request.SubnetId ?? (await defaultSubnet(region, zone));
  return {
    SubnetId: subnetId,
    SecurityGroupIds: request.SecurityGroupIds ?? data.SecurityGroupIds,
    SecurityGroups: request.SecurityGroups ?? data.SecurityGroups,
  };
}

async function defaultSubnet(region: Region, zone: string | undefined): Promise<string> {
  const { Subnets = [] } = await region.ec2<DescribeSubnetsResult>("DescribeSubnets", {
    Filters: [
      { Name: "default-for-az", Values: ["true"] },
      ...(zone === undefined ? [] : [{ Name: "availability-zone", Values: [zone] }]),
    ],
  });
  const [subnet] = Subnets;
  if (subnet?.SubnetId === undefined) {
    throw new ApiError("MissingInput", `No default subnet for availability zone: '${zone ?? "any"}'.`);
  }
  return subnet.SubnetId;
}

type Mapping = BlockDeviceMapping | LaunchTemplateBlockDeviceMapping;

async function mergedMappings(
  region: Region,
  sources: readonly (readonly Mapping[])[],
): Promise<BlockDeviceMapping[]> {
  const merged = new Map<string, BlockDeviceMapping>();
  for (const { DeviceName = "", NoDevice, Ebs } of sources.flat()) {
    if (NoDevice !== undefined) {
      merged.delete(DeviceName);
    } else if (Ebs !== undefined) {
      merged.set(DeviceName, {
        DeviceName,
        Ebs: { ...merged.get(DeviceName)?.Ebs, ...Ebs } as NonNullable<BlockDeviceMapping["Ebs"]>,
      });
    }
  }
  return Promise.all([...merged.values()].map((mapping) => withSize(region, mapping)));
}

/** A volume without a size has that of its snapshot. */
async function withSize(region: Region, mapping: BlockDeviceMapping): Promise<BlockDeviceMapping> {
  const { SnapshotId, VolumeSize } = mapping.Ebs ?? {};
  if (VolumeSize !== undefined || SnapshotId === undefined) {
    return mapping;
  }
  const { Snapshots = [] } = await region.ec2<{ Snapshots?: Snapshot[] }>("DescribeSnapshots", {
    SnapshotIds: [SnapshotId],
  });
  return { ...mapping, Ebs: { ...mapping.Ebs, VolumeSize: Snapshots[0]?.VolumeSize } };
}

/** Tags of the request take precedence over those of the template, key by key. */
function mergedTags(
  template: readonly TagSpecification[],
  request: readonly TagSpecification[],
): TagSpecification[] | undefined {
  const byType = new Map<string, Map<string, Tag>>();
  for (const { ResourceType = "instance", Tags = [] } of [...template, ...request]) {
    // What else a template tags (network interfaces, Spot requests) has no resource of its own here.
    if (ResourceType === "instance" || ResourceType === "volume") {
      const tags = byType.get(ResourceType) ?? new Map<string, Tag>();
      byType.set(ResourceType, tags);
      for (const tag of Tags) {
        tags.set(tag.Key ?? "", tag);
      }
    }
  }
  return byType.size === 0
    ? undefined
    : [...byType].map(([ResourceType, tags]) => ({
        ResourceType: ResourceType as NonNullable<TagSpecification["ResourceType"]>,
        Tags: [...tags.values()],
      }));
}
