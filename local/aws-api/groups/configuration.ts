import type {
  DesiredConfiguration,
  LaunchTemplateSpecification,
  MixedInstancesPolicy,
} from "@aws-sdk/client-auto-scaling";
import type { Region } from "../account/region";
import { usableImage } from "../images/images";
import { ApiError } from "../protocol/errors";
import { template, templateVersion } from "../templates/templates";

/** What a group launches: a launch template, or a policy with a launch template and instance types. */
export type Configuration = DesiredConfiguration;

/** A configuration with its version resolved to a number. */
export interface ResolvedConfiguration {
  readonly templateId: string;
  readonly version: string;
  /** The instance types that the group may launch, the preferred one first; undefined: the template's own. */
  readonly instanceTypes: readonly string[] | undefined;
}

/**
 * Checks a configuration as far as AWS does when a group or a refresh is made with it, and completes id and name of the
 * template, both of which AWS shows.
 *
 * @throws {ApiError} ValidationError if the configuration cannot launch an instance.
 */
export async function checkedConfiguration(
  region: Region,
  configuration: Configuration,
): Promise<Configuration> {
  const { LaunchTemplate, MixedInstancesPolicy } = configuration;
  if ((LaunchTemplate === undefined) === (MixedInstancesPolicy === undefined)) {
    throw new ApiError(
      "ValidationError",
      "Valid requests must contain either LaunchTemplate or MixedInstancesPolicy, and not both. Launch configurations are not simulated.",
    );
  }
  const completed =
    MixedInstancesPolicy === undefined
      ? { LaunchTemplate: await completedSpecification(region, LaunchTemplate ?? {}) }
      : { MixedInstancesPolicy: await completedPolicy(region, MixedInstancesPolicy) };
  await requireLaunchable(region, completed);
  return completed;
}

/**
 * The message about the image is AWS's: https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-launch-template.html
 *
 * @throws {ApiError} ValidationError if the image of the configuration does not exist or is not available.
 */
export async function requireLaunchable(region: Region, configuration: Configuration): Promise<void> {
  const { templateId, version } = await resolve(region, configuration);
  const { LaunchTemplateData } = await templateVersion(region, {
    LaunchTemplateId: templateId,
    Version: version,
  });
  try {
    await usableImage(region, LaunchTemplateData?.ImageId ?? "");
  } catch (error) {
    throw new ApiError(
      "ValidationError",
      `You must use a valid fully-formed launch template. ${(error as Error).message}`,
    );
  }
}

/** The template, the number of its version and the instance types with which the group would launch now. */
export async function resolve(region: Region, configuration: Configuration): Promise<ResolvedConfiguration> {
  const specification = specificationOf(configuration);
  const { LaunchTemplateId = "", VersionNumber } = await templateVersion(region, {
    LaunchTemplateId: specification.LaunchTemplateId,
    Version: specification.Version,
  });
  const types = configuration.MixedInstancesPolicy?.LaunchTemplate?.Overrides?.flatMap(
    ({ InstanceType }) => InstanceType ?? [],
  );
  return {
    templateId: LaunchTemplateId,
    version: String(VersionNumber),
    instanceTypes: types === undefined || types.length === 0 ? undefined : types,
  };
}

/** True if the configuration names a version by its number, which a rollback needs. */
export function hasNumericVersion(configuration: Configuration): boolean {
  return /^\d+$/.test(specificationOf(configuration).Version ?? "$Default");
}

function specificationOf({
  LaunchTemplate,
  MixedInstancesPolicy,
}: Configuration): LaunchTemplateSpecification {
  return LaunchTemplate ?? MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? {};
}

async function completedSpecification(
  region: Region,
  specification: LaunchTemplateSpecification,
): Promise<LaunchTemplateSpecification> {
  try {
    const { id, name } = await template(region, specification);
    await templateVersion(region, { LaunchTemplateId: id, Version: specification.Version });
    return {
      LaunchTemplateId: id,
      LaunchTemplateName: name,
      ...(specification.Version !== undefined && { Version: specification.Version }),
    };
  } catch (error) {
    // Auto Scaling reports EC2's errors about a template as its own.
    throw error instanceof ApiError ? new ApiError("ValidationError", error.message) : error;
  }
}

async function completedPolicy(region: Region, policy: MixedInstancesPolicy): Promise<MixedInstancesPolicy> {
  const { LaunchTemplateSpecification, Overrides = [] } = policy.LaunchTemplate ?? {};
  if (LaunchTemplateSpecification === undefined) {
    throw new ApiError(
      "ValidationError",
      "The mixed instances policy must have a launch template specification.",
    );
  }
  const unsupported = Overrides.find(
    (override) =>
      override.WeightedCapacity !== undefined ||
      override.InstanceRequirements !== undefined ||
      override.LaunchTemplateSpecification !== undefined,
  );
  if (unsupported !== undefined) {
    throw new ApiError(
      "ValidationError",
      "The local AWS API knows overrides by instance type only, without weights, requirements and launch templates.",
    );
  }
  return {
    ...policy,
    LaunchTemplate: {
      LaunchTemplateSpecification: await completedSpecification(region, LaunchTemplateSpecification),
      Overrides,
    },
  };
}
