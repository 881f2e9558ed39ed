import { CreateImageCommand, type CreateImageCommandInput, DescribeImagesCommand } from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../../error";
import { ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";
import { poll } from "../aws/poll";
import { tagSpecifications } from "../aws/tags";
import { stopInstance } from "../instance/stop";
import { imageName, releaseTags, TAG } from "../plan/ownership";
import type { Release } from "../plan/release";
import { deleteImage } from "./delete-image";
import { describeImage } from "./describe-image";

/** What an image is made from, with all values known. */
export interface ImageSource {
  readonly region: string;
  readonly release: Release;
  readonly instanceId: string;
  readonly sourceImage: string;
  readonly lineage: string;
  readonly tags: Readonly<Record<string, string>>;
  readonly waitSeconds: number;
}

/**
 * Asks EC2 for the image of a stopped instance. The image's name is that of the instance, so that a call that is repeated
 * after a kill finds the image.
 *
 * @returns the image's id; the image may be pending.
 */
export async function createImage(source: ImageSource): Promise<string> {
  const existing = await findImage(source);
  if (existing !== undefined) {
    return existing;
  }
  // An image of a running instance may contain half-written files.
  await stopInstance(source.region, source.instanceId);
  const { ImageId } = await ec2(source.region)
    .send(new CreateImageCommand(imageRequest(source)))
    .catch(async (error: unknown) => {
      const ImageId = isAwsError(error, "InvalidAMIName.Duplicate") ? await findImage(source) : undefined;
      if (ImageId === undefined) {
        throw error;
      }
      return { ImageId };
    });
  return ImageId ?? "";
}

/** The request for the image of an instance. */
export function imageRequest({
  release,
  instanceId,
  sourceImage,
  lineage,
  tags,
}: Omit<ImageSource, "region" | "waitSeconds">): CreateImageCommandInput {
  const allTags = {
    Name: `${release.name} ${release.revision}`,
    ...tags,
    ...releaseTags(release),
    [TAG.lineage]: lineage,
    [TAG.sourceImage]: sourceImage,
    [TAG.instance]: instanceId,
  };
  return {
    InstanceId: instanceId,
    Name: imageName(release, instanceId),
    Description: `${release.name} ${release.revision}, from ${sourceImage}`,
    TagSpecifications: tagSpecifications(allTags, ["image", "snapshot"]),
  };
}

async function findImage({ region, release, instanceId }: ImageSource): Promise<string | undefined> {
  const { Images = [] } = await ec2(region).send(
    new DescribeImagesCommand({
      Owners: ["self"],
      Filters: [{ Name: "name", Values: [imageName(release, instanceId)] }],
    }),
  );
  return Images[0]?.ImageId;
}

/**
 * Waits until an image is available. An image that failed is deleted, because its name would be taken for ever.
 *
 * @param signal ends the waiting early, with the signal's reason as the error.
 */
export async function untilAvailable(
  { region, waitSeconds }: Pick<ImageSource, "region" | "waitSeconds">,
  imageId: string,
  signal?: AbortSignal,
): Promise<void> {
  await poll(
    { everySeconds: 5, forSeconds: waitSeconds, signal },
    async () => {
      const image = await describeImage(region, imageId);
      const state = image?.State;
      if (state === "failed" || state === "error" || state === "invalid" || state === "deregistered") {
        await deleteImage(region, imageId);
        throw new ChainfleetError({
          code: "IMAGE_FAILED",
          summary: `EC2 could not make the image ${imageId} (${region}): ${image?.StateReason?.Message ?? `its state is ${state}`}.`,
          next: "The image was deleted. Run again to make another one from the same instance.",
        });
      }
      return state === "available" ? true : undefined;
    },
    () =>
      new ChainfleetError({
        code: "IMAGE_NOT_AVAILABLE",
        summary: `The image ${imageId} (${region}) was not available after ${waitSeconds} s. No group uses it yet.`,
        next: "Run again to go on waiting, or set a larger rolling.image.waitSeconds.",
      }),
  );
}
