import { AutoScalingClient, type AutoScalingGroup } from "@aws-sdk/client-auto-scaling";
import { EC2Client, type Image, type LaunchTemplateVersion } from "@aws-sdk/client-ec2";

/**
 * Lets the clients of the AWS SDK answer for an account in which every Auto Scaling Group exists. A group has a launch
 * template of its own name, and the groups of a region run one image.
 */
export function answerForAws(): void {
  Object.assign(AutoScalingClient.prototype, { send: answer });
  Object.assign(EC2Client.prototype, { send: answer });
}

interface Command {
  readonly constructor: { readonly name: string };
  readonly input: {
    readonly AutoScalingGroupNames?: readonly string[];
    readonly ImageIds?: readonly string[];
    readonly LaunchTemplateId?: string;
  };
}

async function answer(command: Command): Promise<object> {
  const { input } = command;
  const name = command.constructor.name;
  switch (name) {
    case "DescribeAutoScalingGroupsCommand":
      return { AutoScalingGroups: (input.AutoScalingGroupNames ?? []).map(groupNamed) };
    case "DescribeLaunchTemplateVersionsCommand":
      return { LaunchTemplateVersions: [{ ...VERSION, LaunchTemplateId: input.LaunchTemplateId }] };
    case "DescribeImagesCommand":
      return { Images: (input.ImageIds ?? []).map((ImageId): Image => ({ ImageId })) };
    default:
      throw new Error(`The answer of AWS to ${name} is missing.`);
  }
}

function groupNamed(name: string): AutoScalingGroup {
  return {
    AutoScalingGroupName: name,
    MinSize: 1,
    MaxSize: 2,
    DesiredCapacity: 1,
    DefaultCooldown: 300,
    AvailabilityZones: [],
    HealthCheckType: "EC2",
    CreatedTime: new Date(0),
    LaunchTemplate: { LaunchTemplateId: `lt-${name}`, LaunchTemplateName: name, Version: "$Latest" },
    VPCZoneIdentifier: "subnet-a,subnet-b",
  };
}

const VERSION: LaunchTemplateVersion = {
  VersionNumber: 1,
  DefaultVersion: true,
  LaunchTemplateData: { ImageId: "ami-base" },
};
