import type {
  DescribeImageAttributeRequest,
  DescribeImagesRequest,
  DescribeImagesResult,
  Filter,
  Image,
  ImageAttribute,
} from "@aws-sdk/client-ec2";
import type { Region } from "../account/region";
import { page } from "../protocol/page";
import { existingImage } from "./images";

/**
 * DescribeImages. An id that does not exist, or no longer exists, is refused.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImages.html
 */
export async function describeImages(
  region: Region,
  request: DescribeImagesRequest,
): Promise<DescribeImagesResult> {
  for (const id of request.ImageIds ?? []) {
    existingImage(region, id);
  }
  const { Filters = [], MaxResults, NextToken, ...rest } = request;
  const others = Filters.filter(({ Name = "" }) => !(Name in OWN_FILTERS));
  const { Images = [] } = await region.ec2<DescribeImagesResult>("DescribeImages", {
    ...rest,
    // moto ignores filters that stand beside ids, so the ids are a filter too.
    ...(request.ImageIds !== undefined && {
      ImageIds: undefined,
      Filters: [...others, { Name: "image-id", Values: request.ImageIds }],
    }),
    ...(request.ImageIds === undefined && others.length > 0 && { Filters: others }),
  });
  const matching = Images.map((image) => describe(region, image)).filter((image) =>
    matchesAll(image, Filters),
  );
  const { items, next } = page(matching, MaxResults, NextToken);
  return { Images: items, ...(next !== undefined && { NextToken: next }) };
}

/**
 * DescribeImageAttribute. moto fails at an image that does not exist; AWS refuses the call as it does DescribeImages.
 * Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeImageAttribute.html
 */
export async function describeImageAttribute(
  region: Region,
  request: DescribeImageAttributeRequest,
): Promise<ImageAttribute> {
  existingImage(region, request.ImageId ?? "");
  return region.ec2<ImageAttribute>("DescribeImageAttribute", request);
}

function describe(region: Region, image: Image): Image {
  const record = region.images.get(image.ImageId ?? "");
  if (record === undefined) {
    return image;
  }
  return {
    ...image,
    State: record.state,
    RootDeviceName: record.rootDevice,
    RootDeviceType: "ebs",
    BlockDeviceMappings: [...record.mappings],
  };
}

const OWN_FILTERS: Readonly<Record<string, (image: Image) => readonly (string | undefined)[]>> = {
  state: ({ State }) => [State],
  "root-device-name": ({ RootDeviceName }) => [RootDeviceName],
  "root-device-type": ({ RootDeviceType }) => [RootDeviceType],
  "block-device-mapping.snapshot-id": ({ BlockDeviceMappings = [] }) =>
    BlockDeviceMappings.map(({ Ebs }) => Ebs?.SnapshotId),
};

function matchesAll(image: Image, filters: readonly Filter[]): boolean {
  return filters.every(({ Name = "", Values = [] }) => {
    const own = OWN_FILTERS[Name];
    return own === undefined || own(image).some((value) => value !== undefined && Values.includes(value));
  });
}
