import { DescribeImagesCommand, type Image } from "@aws-sdk/client-ec2";
import { ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";
import { tagFilters } from "../aws/tags";
import { TAG } from "../plan/ownership";

/** @returns undefined if the image does not exist, or not yet everywhere in EC2. */
export async function describeImage(region: string, imageId: string): Promise<Image | undefined> {
  const { Images = [] } = await ec2(region)
    .send(new DescribeImagesCommand({ ImageIds: [imageId] }))
    .catch((error: unknown) => {
      if (isAwsError(error, "InvalidAMIID.NotFound", "InvalidAMIID.Unavailable")) {
        return { Images: [] };
      }
      throw error;
    });
  return Images[0];
}

/** Whether EC2 has made an image of an instance, or is making one. */
export async function hasImage(region: string, instanceId: string): Promise<boolean> {
  const { Images = [] } = await ec2(region).send(
    new DescribeImagesCommand({ Owners: ["self"], Filters: tagFilters({ [TAG.instance]: instanceId }) }),
  );
  return Images.length > 0;
}

/** The lineage of an image: undefined if no release made the image. */
export function lineageOf(image: Image | undefined): string | undefined {
  return image?.Tags?.find(({ Key }) => Key === TAG.lineage)?.Value;
}
