import { z } from "zod";
import { type BrokenRule, rules, type Unchecked } from "../fields/rules";

/** The part of the config's schema under `chainfleet:rolling`. */

const name = z
  .string()
  .max(40, "must have at most 40 characters")
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    "must consist of lower-case letters, digits and dashes, begin with a letter and not end with a dash",
  );
const seconds = z.int("must be a whole number of seconds").min(0, "must not be negative");
const percentage = (lowest: number, highest: number) =>
  z
    .int("must be a whole number")
    .min(lowest, `must be at least ${lowest}`)
    .max(highest, `must be at most ${highest}`);
const roles = z.array(name).default([]);

const stepSchema = z.strictObject({
  name: name.describe("The name of the step, which is part of resource names."),
  run: z
    .string()
    .min(1, "must be a shell command")
    .describe(
      "The shell command. It finds the revision in `$CHAINFLEET_REVISION`, and the roles of the instance, separated by spaces, in `$CHAINFLEET_ROLES`.",
    ),
  roles: roles.describe(
    "The step runs only on instances that have one of these roles. Default: on every instance.",
  ),
});

const checkpointsSchema = z.strictObject({
  percentages: z
    .array(percentage(1, 100))
    .min(1, "must name a percentage")
    .describe("The percentages of replaced instances at which the refresh pauses, in ascending order."),
  delaySeconds: seconds
    .max(172_800, "must be at most 172800, two days")
    .default(3600)
    .describe("The number of seconds of each pause."),
});

const refreshSchema = z
  .strictObject({
    minHealthyPercentage: percentage(0, 100)
      .optional()
      .describe(
        "The percentage of the group's desired capacity that must stay healthy. Default: the group's instance maintenance policy, else AWS's default, 90.",
      ),
    maxHealthyPercentage: percentage(100, 200)
      .optional()
      .describe(
        "The percentage of the group's desired capacity that may run at the same time. It needs minHealthyPercentage, which may be at most 100 below it. Default: the group's instance maintenance policy, else 100.",
      ),
    warmupSeconds: seconds
      .optional()
      .describe(
        "The number of seconds after which a new instance counts as ready. Default: the group's own.",
      ),
    skipMatching: z
      .boolean()
      .default(true)
      .describe("Whether instances that already have the new launch template version stay."),
    autoRollback: z
      .boolean()
      .default(true)
      .describe(
        "Whether a refresh that fails brings all instances back to the version before. Without it, a failed refresh leaves a group with instances of both versions.",
      ),
    checkpoints: checkpointsSchema
      .optional()
      .describe("Pauses of the refresh. Default: the refresh does not pause."),
    bakeSeconds: seconds
      .max(172_800, "must be at most 172800, two days")
      .optional()
      .describe(
        "The number of seconds for which the refresh watches the alarms after all instances are replaced.",
      ),
    alarms: z
      .array(z.string().min(1, "must be the name of a CloudWatch alarm"))
      .max(10, "must have at most 10 entries")
      .default([])
      .describe("The names of the CloudWatch alarms that fail the refresh."),
    scaleInProtectedInstances: z
      .enum(["refresh", "ignore", "wait"])
      .optional()
      .describe("What happens to instances that are protected from scale-in. AWS's default: `wait`."),
    standbyInstances: z
      .enum(["terminate", "ignore", "wait"])
      .optional()
      .describe("What happens to instances in standby. AWS's default: `wait`."),
    whenRunning: z
      .enum(["wait", "cancel", "fail"])
      .default("wait")
      .describe(
        "What happens if another refresh of the group is in progress: wait for its end, cancel it, or fail.",
      ),
    wait: z
      .boolean()
      .default(true)
      .describe(
        "Whether the run waits until the refresh has ended. Without waiting, a refresh that fails is not noticed, and old versions are deleted while it runs.",
      ),
    pollSeconds: z
      .number("must be a number of seconds")
      .min(0.1, "must be at least 0.1")
      .max(300, "must be at most 300")
      .default(15)
      .describe("The number of seconds between two questions about the state of the refresh."),
  })
  .check(rules(brokenRefreshRules));

type RefreshFields = Unchecked<{
  minHealthyPercentage?: number | undefined;
  maxHealthyPercentage?: number | undefined;
  checkpoints?: object | undefined;
}>;

/** https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html */
function brokenRefreshRules({
  minHealthyPercentage,
  maxHealthyPercentage,
  checkpoints,
}: RefreshFields): BrokenRule[] {
  const broken: BrokenRule[] = [];
  if (typeof maxHealthyPercentage === "number" && minHealthyPercentage === undefined) {
    broken.push({
      field: "minHealthyPercentage",
      problem: "is missing; AWS takes maxHealthyPercentage only together with it",
    });
  }
  if (
    typeof maxHealthyPercentage === "number" &&
    typeof minHealthyPercentage === "number" &&
    maxHealthyPercentage - minHealthyPercentage > 100
  ) {
    broken.push({
      field: "maxHealthyPercentage",
      problem: `is ${maxHealthyPercentage}, which is more than 100 above minHealthyPercentage (${minHealthyPercentage})`,
    });
  }
  const percentages = (checkpoints as { percentages?: unknown } | undefined)?.percentages;
  if (
    Array.isArray(percentages) &&
    percentages.some((percent, index) => index > 0 && percent <= percentages[index - 1])
  ) {
    broken.push({ field: ["checkpoints", "percentages"], problem: "must ascend" });
  }
  return broken;
}

const groupSchema = z.strictObject({
  name: name.describe("The name of the group in this stack, which is part of resource names."),
  autoScalingGroup: z
    .string()
    .min(1, "must be the name of an Auto Scaling Group")
    .max(255, "must have at most 255 characters")
    .describe("The name of the Auto Scaling Group in AWS. The group must have a launch template."),
  region: z
    .string()
    .regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be an AWS region, such as "eu-west-1"')
    .describe("The AWS region of the group."),
  strategy: z
    .enum(["rolling", "standard"])
    .default("rolling")
    .describe(
      "`rolling` replaces the group's instances by instances of a new image. `standard` deploys on the running instances.",
    ),
  roles: roles.describe("The roles of the group's instances, by which deploy steps are chosen."),
  primaryRoles: roles.describe(
    "The roles of the first running instance, in place of `roles`. Only for the strategy `standard`.",
  ),
  refresh: refreshSchema.prefault({}).describe("How the group's instances are replaced."),
});

/** RunInstances' parameters that the program sets itself. */
const OWN_PARAMETERS = [
  "ClientToken",
  "ImageId",
  "LaunchTemplate",
  "MaxCount",
  "MinCount",
  "TagSpecifications",
];

export const rollingSchema = z.strictObject({
  name: name
    .default("release")
    .describe("The name of the release, with which everything that it creates is tagged."),
  revision: z
    .string()
    .regex(
      /^[\w.+/@-]{1,64}$/,
      "must be a tag, commit or version of at most 64 letters, digits and the characters . _ + / @ -",
    )
    .describe("What is deployed. A changed revision is a new release."),
  deploy: z
    .array(stepSchema)
    .default([])
    .describe(
      "The steps that deploy the revision on an instance, one after another. A changed step is a new release.",
    ),
  groups: z
    .array(groupSchema)
    .min(1, "must name a group")
    .describe("The Auto Scaling Groups that get the revision."),
  keepVersions: z
    .int("must be a whole number")
    .min(1, "must be at least 1, the version to which a refresh rolls back")
    .max(100, "must be at most 100")
    .default(5)
    .describe(
      "How many earlier versions of each launch template are kept, with their images and snapshots, beside the new version.",
    ),
  standardOrder: z
    .enum(["one-at-a-time", "all"])
    .default("one-at-a-time")
    .describe(
      "Whether the instances of a group with the strategy `standard` are deployed one after another, or all at once after the first.",
    ),
  ssh: z
    .strictObject({
      user: z
        .string()
        .min(1, "must be the name of a user")
        .default("ec2-user")
        .describe("The user on the instances."),
      port: z
        .int("must be a port")
        .min(1, "must be a port")
        .max(65_535, "must be a port")
        .default(22)
        .describe("The SSH port."),
      privateKeyFile: z
        .string()
        .min(1, "must be the path of a file")
        .optional()
        .describe(
          "The path of the file with the private key. It may begin with `~`, and may contain environment variables: $" +
            "{NAME}. Default: the keys of the SSH agent.",
        ),
      budgetSeconds: seconds
        .min(1, "must be at least 1")
        .default(300)
        .describe("The number of seconds that an instance's SSH server has to answer."),
    })
    .prefault({})
    .describe("How instances are reached."),
  instance: z
    .strictObject({
      address: z
        .enum(["private", "public"])
        .default("private")
        .describe("The address of an instance to which SSH connects."),
      overrides: z
        .record(z.string(), z.unknown())
        .default({})
        .describe(
          "Parameters of EC2's RunInstances, in AWS's spelling, that replace those of the launch template for the temporary instance. @example `InstanceType: c7i.large`",
        ),
    })
    .check(rules(ownParameters))
    .prefault({})
    .describe("The temporary instance on which the revision is deployed."),
  image: z
    .strictObject({
      tags: z
        .record(
          z.string().max(128, "must have at most 128 characters"),
          z.string().max(256, "must have at most 256 characters"),
        )
        .default({})
        .describe("Further tags of the images and their snapshots."),
      waitSeconds: seconds
        .min(60, "must be at least 60")
        .default(2400)
        .describe("The number of seconds that EC2 has to make an image. Large volumes take longer."),
    })
    .prefault({})
    .describe("The images that are made."),
});

function ownParameters({ overrides }: Unchecked<{ overrides: Record<string, unknown> }>): BrokenRule[] {
  return Object.keys((overrides as object | undefined) ?? {})
    .filter((parameter) => OWN_PARAMETERS.includes(parameter))
    .map((parameter) => ({ field: ["overrides", parameter], problem: "is set by the release itself" }));
}

export type RollingConfig = z.infer<typeof rollingSchema>;
