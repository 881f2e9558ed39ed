import { DescribeLaunchConfigurationsCommand } from "@aws-sdk/client-auto-scaling";
import {
  DescribeImageAttributeCommand,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
} from "@aws-sdk/client-ec2";
import pMap from "p-map";
import { autoScaling, ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";

/**
 * Which of the images are used: by any version of any launch template, by an instance that is not terminated, by a launch
 * configuration, or by another account that the image is shared with.
 *
 * @returns the ids of the used images.
 */
export async function usedImages(region: string, imageIds: readonly string[]): Promise<ReadonlySet<string>> {
  if (imageIds.length === 0) {
    return new Set();
  }
  const users = await Promise.all([
    imagesOfTemplates(region),
    imagesOfInstances(region, imageIds),
    imagesOfLaunchConfigurations(region),
    sharedImages(region, imageIds),
  ]);
  const used = new Set(users.flat());
  return new Set(imageIds.filter((id) => used.has(id)));
}

async function imagesOfTemplates(region: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { LaunchTemplates = [] } of paginateDescribeLaunchTemplates({ client: ec2(region) }, {})) {
    ids.push(...LaunchTemplates.flatMap(({ LaunchTemplateId }) => LaunchTemplateId ?? []));
  }
  const images = await pMap(ids, (id) => imagesOfTemplate(region, id), { concurrency: TEMPLATES_AT_ONCE });
  return images.flat();
}

/** EC2 refills a bucket of 100 describing calls by 20 a second; a region has rarely more than some dozens of templates. */
const TEMPLATES_AT_ONCE = 10;

async function imagesOfTemplate(region: string, LaunchTemplateId: string): Promise<string[]> {
  const images: string[] = [];
  // An alias (resolve:ssm:…) is compared by the image that it stands for now.
  const pages = paginateDescribeLaunchTemplateVersions(
    { client: ec2(region) },
    { LaunchTemplateId, ResolveAlias: true },
  );
  for await (const { LaunchTemplateVersions = [] } of pages) {
    images.push(
      ...LaunchTemplateVersions.flatMap(({ LaunchTemplateData }) => LaunchTemplateData?.ImageId ?? []),
    );
  }
  return images;
}

async function imagesOfInstances(region: string, imageIds: readonly string[]): Promise<string[]> {
  const images: string[] = [];
  const pages = paginateDescribeInstances(
    { client: ec2(region) },
    {
      Filters: [
        { Name: "image-id", Values: [...imageIds] },
        {
          Name: "instance-state-name",
          Values: ["pending", "running", "stopping", "stopped", "shutting-down"],
        },
      ],
    },
  );
  for await (const { Reservations = [] } of pages) {
    images.push(
      ...Reservations.flatMap(({ Instances = [] }) => Instances.flatMap(({ ImageId }) => ImageId ?? [])),
    );
  }
  return images;
}

async function imagesOfLaunchConfigurations(region: string): Promise<string[]> {
  const { LaunchConfigurations = [] } = await autoScaling(region).send(
    new DescribeLaunchConfigurationsCommand({}),
  );
  return LaunchConfigurations.flatMap(({ ImageId }) => ImageId ?? []);
}

/** Another account's use of an image is not visible here. */
async function sharedImages(region: string, imageIds: readonly string[]): Promise<string[]> {
  const shared = await pMap(
    imageIds,
    async (ImageId) => {
      const { LaunchPermissions = [] } = await ec2(region)
        .send(new DescribeImageAttributeCommand({ ImageId, Attribute: "launchPermission" }))
        .catch(unlessNoImage);
      return LaunchPermissions.length > 0 ? [ImageId] : [];
    },
    { concurrency: TEMPLATES_AT_ONCE },
  );
  return shared.flat();
}

/** An image that was deleted in the meantime is shared with nobody. */
function unlessNoImage(error: unknown): { readonly LaunchPermissions?: [] } {
  if (!isAwsError(error, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")) {
    throw error;
  }
  return {};
}
