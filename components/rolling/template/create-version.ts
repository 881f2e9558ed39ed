import {
  CreateLaunchTemplateVersionCommand,
  type CreateLaunchTemplateVersionCommandInput,
} from "@aws-sdk/client-ec2";
import { ec2 } from "../aws/clients";
import { clientToken, versionDescription } from "../plan/ownership";
import type { TemplateVersionArgs } from "./template-version";

/** The arguments of a launch template version with all values known. */
export type TemplateVersionInputs = Omit<TemplateVersionArgs, "imageId"> & { readonly imageId: string };

/** Makes a version that differs from its base version in the image alone. @returns the number of the new version. */
export async function createVersion(inputs: TemplateVersionInputs): Promise<number> {
  const { LaunchTemplateVersion } = await ec2(inputs.region).send(
    new CreateLaunchTemplateVersionCommand(versionRequest(inputs)),
  );
  return LaunchTemplateVersion?.VersionNumber ?? 0;
}

/** The request for a version. */
export function versionRequest({
  release,
  template,
  baseVersion,
  imageId,
}: Omit<TemplateVersionInputs, "region">): CreateLaunchTemplateVersionCommandInput {
  return {
    LaunchTemplateId: template.id,
    SourceVersion: String(baseVersion),
    LaunchTemplateData: { ImageId: imageId },
    VersionDescription: versionDescription(release, baseVersion),
    ClientToken: clientToken(template.id, release.id, imageId, baseVersion),
  };
}
