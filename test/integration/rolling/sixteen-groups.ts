import type { Fleet } from "../../support/rolling/rolling-target";

const REGIONS = ["eu-west-1", "us-east-1", "ap-southeast-2"] as const;

/**
 * 16 groups in 3 regions, with 2 images in each region, which makes 6 unique images. In each region the groups 0 and 1 share
 * a launch template, the image "data" has two volumes, and group 2 has a mixed instances policy.
 */
export const SIXTEEN_GROUPS: Fleet = {
  images: [
    { name: "base", regions: REGIONS, users: ["ec2-user"], volumes: [{ device: "/dev/xvda", gibibytes: 8 }] },
    {
      name: "data",
      regions: REGIONS,
      users: ["ec2-user"],
      volumes: [
        { device: "/dev/xvda", gibibytes: 8 },
        { device: "/dev/sdf", gibibytes: 20 },
      ],
    },
  ],
  templates: [
    { name: "shared", regions: REGIONS, image: "base", instanceType: "t3.small" },
    { name: "mixed", regions: REGIONS, image: "base", instanceType: "m5.large" },
    { name: "data-a", regions: REGIONS, image: "data", instanceType: "t3.small" },
    { name: "data-b", regions: REGIONS, image: "data", instanceType: "t3.small" },
    { name: "data-c", regions: ["eu-west-1"], image: "data", instanceType: "t3.small" },
  ],
  groups: REGIONS.flatMap((region, index) => [
    { name: "g0", region, template: "shared", desired: 2, maximum: 4 },
    { name: "g1", region, template: "shared", desired: 1, maximum: 4 },
    {
      name: "g2",
      region,
      template: "mixed",
      desired: 2,
      maximum: 4,
      instanceTypes: ["m5.large", "m5a.large"],
    },
    { name: "g3", region, template: "data-a", desired: 1, maximum: 4 },
    { name: "g4", region, template: "data-b", desired: 1, maximum: 4 },
    ...(index === 0 ? [{ name: "g5", region, template: "data-c", desired: 1, maximum: 4 }] : []),
  ]),
};

export const UNIQUE_IMAGES = 6;
export const KEPT_VERSIONS = 2;

/** The name of a group in the stack's config. @example "eu-west-1-g0" */
export function nameOfGroup(group: { readonly name: string; readonly region: string }): string {
  return `${group.region}-${group.name}`;
}

/**
 * The config of a release to all groups.
 *
 * @param refresh further settings of the refreshes, by the name of a group.
 * @param run the shell command of the deploy step.
 */
export function configFor(
  revision: string,
  refresh: Readonly<Record<string, object>> = {},
  run = 'echo "$CHAINFLEET_REVISION" > revision',
): object {
  return {
    name: "shop",
    revision,
    keepVersions: KEPT_VERSIONS,
    // biome-ignore lint/suspicious/noTemplateCurlyInString: the config names an environment variable in this form
    ssh: { port: 2222, privateKeyFile: "${CHAINFLEET_LOCAL_SSH_KEY_FILE}" },
    deploy: [{ name: "code", run }],
    groups: SIXTEEN_GROUPS.groups.map(({ name, region }) => ({
      name: nameOfGroup({ name, region }),
      autoScalingGroup: name,
      region,
      roles: [nameOfGroup({ name, region })],
      refresh: { minHealthyPercentage: 0, pollSeconds: 0.5, ...refresh[nameOfGroup({ name, region })] },
    })),
  };
}
