import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { DescribeSubnetsResult, SecurityGroup, Snapshot, Volume } from "@aws-sdk/client-ec2";
import { z } from "zod";
import type { Region } from "./account/region";
import { launchForGroup } from "./groups/capacity";
import { existingGroup } from "./groups/group";
import { createGroup } from "./groups/groups";
import { registerImage } from "./images/images";
import { createLaunchTemplate } from "./templates/templates";

const name = z.string().min(1);

const fleet = z.strictObject({
  images: z.array(
    z.strictObject({
      name: name.describe("name of the AMI, in each region"),
      regions: z.array(name).min(1),
      users: z.array(name).min(1).describe("user names that the instances accept over SSH"),
      volumes: z
        .array(z.strictObject({ device: name, gibibytes: z.int().positive() }))
        .min(1)
        .describe("EBS volumes; the first one is the root volume"),
    }),
  ),
  templates: z.array(
    z.strictObject({
      name,
      regions: z.array(name).min(1),
      image: name.describe("name of an image"),
      instanceType: name,
      tags: z.record(z.string(), z.string()).optional(),
    }),
  ),
  groups: z.array(
    z.strictObject({
      name,
      region: name,
      template: name,
      desired: z.int().nonnegative(),
      minimum: z.int().nonnegative().default(0),
      maximum: z.int().positive(),
      warmup: z.int().nonnegative().optional().describe("DefaultInstanceWarmup, in seconds"),
      tags: z.record(z.string(), z.string()).optional(),
      instanceTypes: z
        .array(name)
        .min(1)
        .optional()
        .describe(
          "instance types of a mixed instances policy; without them the group has a launch template only",
        ),
    }),
  ),
});

export type Fleet = z.infer<typeof fleet>;

/** Reads a fleet file. Throws an Error that lists every mistake in an invalid file. */
export function readFleet(file: string): Fleet {
  const result = fleet.safeParse(JSON.parse(readFileSync(file, "utf8")));
  if (!result.success) {
    throw new Error(`the fleet in ${file} is not valid:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}

/** Makes the images, launch templates and groups of a fleet. When this resolves, all instances run and answer over SSH. */
export async function createFleet(
  definition: Fleet,
  regionOf: (name: string) => Promise<Region>,
): Promise<void> {
  const names = new Set([
    ...definition.images.flatMap(({ regions }) => regions),
    ...definition.templates.flatMap(({ regions }) => regions),
    ...definition.groups.map(({ region }) => region),
  ]);
  await Promise.all(
    [...names].map(async (regionName) => {
      const region = await regionOf(regionName);
      for (const image of definition.images.filter(({ regions }) => regions.includes(regionName))) {
        await createFleetImage(region, image);
      }
      for (const template of definition.templates.filter(({ regions }) => regions.includes(regionName))) {
        await createFleetTemplate(region, template);
      }
      for (const group of definition.groups.filter((each) => each.region === regionName)) {
        await createFleetGroup(region, group);
      }
    }),
  );
}

async function createFleetImage(region: Region, image: Fleet["images"][number]): Promise<void> {
  const mappings = [];
  for (const { device, gibibytes } of image.volumes) {
    const volume = await region.ec2<Volume>("CreateVolume", {
      AvailabilityZone: `${region.name}a`,
      Size: gibibytes,
      VolumeType: "gp3",
    });
    // Straight from moto: the snapshots of the fleet are complete.
    const { SnapshotId } = await region.ec2<Snapshot>("CreateSnapshot", {
      VolumeId: volume.VolumeId,
      Description: `${image.name} ${device}`,
    });
    await region.ec2("DeleteVolume", { VolumeId: volume.VolumeId });
    mappings.push({
      DeviceName: device,
      Ebs: { SnapshotId, VolumeSize: gibibytes, VolumeType: "gp3" as const, DeleteOnTermination: true },
    });
  }
  const { ImageId = "" } = await registerImage(
    region,
    { Name: image.name, RootDeviceName: image.volumes[0]?.device, BlockDeviceMappings: mappings },
    image.users,
  );
  // Something on the disk, by which a person sees of which image an instance is.
  writeFileSync(join(region.images.get(ImageId)?.disk ?? "", "image-name"), `${image.name}\n`);
}

async function createFleetTemplate(region: Region, template: Fleet["templates"][number]): Promise<void> {
  const image = [...region.images.values()].find((each) => each.name === template.image);
  if (image === undefined) {
    throw new Error(
      `the fleet's template ${template.name} has the image ${template.image}, which ${region.name} lacks`,
    );
  }
  const { SecurityGroups = [] } = await region.ec2<{ SecurityGroups?: SecurityGroup[] }>(
    "DescribeSecurityGroups",
    {
      Filters: [{ Name: "group-name", Values: ["default"] }],
    },
  );
  await createLaunchTemplate(region, {
    LaunchTemplateName: template.name,
    VersionDescription: "first version",
    LaunchTemplateData: {
      ImageId: image.id,
      InstanceType: template.instanceType as never,
      SecurityGroupIds: SecurityGroups.flatMap(({ GroupId }) => GroupId ?? []).slice(0, 1),
      TagSpecifications: [
        { ResourceType: "instance", Tags: tagList({ Name: template.name, ...template.tags }) },
      ],
    },
  });
}

async function createFleetGroup(region: Region, group: Fleet["groups"][number]): Promise<void> {
  const specification = { LaunchTemplateName: group.template, Version: "1" };
  const { Subnets = [] } = await region.ec2<DescribeSubnetsResult>("DescribeSubnets", {
    Filters: [{ Name: "default-for-az", Values: ["true"] }],
  });
  const configuration =
    group.instanceTypes === undefined
      ? { LaunchTemplate: specification }
      : {
          MixedInstancesPolicy: {
            LaunchTemplate: {
              LaunchTemplateSpecification: specification,
              Overrides: group.instanceTypes.map((InstanceType) => ({ InstanceType })),
            },
            InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 100 },
          },
        };
  await createGroup(region, {
    AutoScalingGroupName: group.name,
    ...configuration,
    MinSize: 0,
    MaxSize: group.maximum,
    DesiredCapacity: 0,
    VPCZoneIdentifier: Subnets.flatMap(({ SubnetId }) => SubnetId ?? []).join(","),
    ...(group.warmup !== undefined && { DefaultInstanceWarmup: group.warmup }),
    Tags: tagList(group.tags ?? {}).map((tag) => ({ ...tag, PropagateAtLaunch: true })),
  });
  const created = existingGroup(region, group.name);
  // Launched by hand, because the group itself would let its instances boot for a minute.
  for (let launched = 0; launched < group.desired; launched += 1) {
    const instance = await launchForGroup(created, created.settings.configuration);
    await instance.bootAtOnce();
  }
  created.settings.minSize = group.minimum;
  created.settings.desiredCapacity = group.desired;
}

function tagList(tags: Readonly<Record<string, string>>): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}
