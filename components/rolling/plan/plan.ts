import type { RefreshSettings } from "../refresh/settings";

/** How a group gets a new revision. */
export type Strategy = "rolling" | "standard";

/** An Auto Scaling Group as the config describes it. */
export interface GroupConfig {
  /** The name of the group in the config. */
  readonly name: string;
  /** The name of the group in AWS. */
  readonly autoScalingGroup: string;
  /** The AWS location. @example "eu-west-1" */
  readonly region: string;
  readonly strategy: Strategy;
  readonly roles: readonly string[];
  /** Roles of the first running instance in place of `roles`; only for the strategy "standard". */
  readonly primaryRoles: readonly string[];
  readonly refresh: RefreshSettings;
}

/** What AWS says about a group. */
export interface SurveyedGroup extends GroupConfig {
  readonly template: { readonly id: string; readonly name: string };
  /** The template version before this release, from which the new version is made. */
  readonly baseVersion: number;
  /** The image of the base version. */
  readonly baseImage: string;
  /** The lineage that the base image is tagged with; undefined if no release made the image. */
  readonly lineage: string | undefined;
  /** A subnet of the group in which a temporary instance may run; undefined if the template names its network interfaces. */
  readonly subnetId: string | undefined;
  /** The group's mixed instances policy, as AWS describes it; undefined if the group has a launch template of its own. */
  readonly mixedInstancesPolicy: object | undefined;
  /** The running instances of a group with the strategy "standard", in the order of their ids. */
  readonly instances: readonly RunningInstance[];
}

export interface RunningInstance {
  readonly id: string;
  readonly host: string;
}

/** A temporary instance and the image that is made from it: one for all groups that run the same image. */
export interface PlannedImage {
  /** Unique in the release, and the same in the next release. @example "eu-west-1-web" */
  readonly key: string;
  readonly region: string;
  /** The key without the region. An image's lineage is that of the image it is made from. */
  readonly lineage: string;
  readonly sourceImage: string;
  /** The template version from which the temporary instance is launched. */
  readonly launchFrom: {
    readonly templateId: string;
    readonly version: number;
    readonly subnetId: string | undefined;
  };
  /** The names of the groups that run the image, in the order of the config. */
  readonly groups: readonly string[];
  /** The roles of all these groups, sorted. */
  readonly roles: readonly string[];
}

/** A new version of a launch template: one for all groups that use the same version of the template. */
export interface PlannedVersion {
  /** Unique in the release. @example "eu-west-1-shop-web" */
  readonly key: string;
  readonly region: string;
  readonly template: { readonly id: string; readonly name: string };
  readonly baseVersion: number;
  /** The key of the image of the new version. */
  readonly image: string;
}

/** An instance refresh of one group. */
export interface PlannedRefresh {
  readonly group: SurveyedGroup;
  /** The key of the version to which the group is refreshed. */
  readonly version: string;
}

/** A template whose old versions are deleted after all its groups are refreshed. */
export interface PlannedRetention {
  /** @example "eu-west-1-shop-web" */
  readonly key: string;
  readonly region: string;
  readonly template: { readonly id: string; readonly name: string };
  /** The keys of the new versions of the template. */
  readonly versions: readonly string[];
  /** The names of the groups that must have been refreshed. */
  readonly groups: readonly string[];
}

/** Everything that a release does. */
export interface ReleasePlan {
  readonly images: readonly PlannedImage[];
  readonly versions: readonly PlannedVersion[];
  readonly refreshes: readonly PlannedRefresh[];
  readonly retentions: readonly PlannedRetention[];
  readonly standardGroups: readonly SurveyedGroup[];
}

/** Plans a release. Equal images, template versions and templates are shared; everything else is independent. */
export function planRelease(groups: readonly SurveyedGroup[]): ReleasePlan {
  const rolling = groups.filter(({ strategy }) => strategy === "rolling");
  const versionKey = versionKeys(rolling);
  const images = plannedImages(rolling);
  return {
    images: [...images.values()],
    versions: [...groupBy(rolling, versionKey)].map(([key, [first]]) => ({
      key,
      region: first.region,
      template: first.template,
      baseVersion: first.baseVersion,
      image: (images.get(imageOf(first)) as PlannedImage).key,
    })),
    refreshes: rolling.map((group) => ({ group, version: versionKey(group) })),
    retentions: [...groupBy(rolling, templateKey)].map(([key, users]) => ({
      key,
      region: users[0].region,
      template: users[0].template,
      versions: [...new Set(users.map(versionKey))],
      groups: users.map(({ name }) => name),
    })),
    standardGroups: groups.filter(({ strategy }) => strategy === "standard"),
  };
}

/** The images by location and source image. */
function plannedImages(rolling: readonly SurveyedGroup[]): Map<string, PlannedImage> {
  const taken = new Set<string>();
  const byImage = [...groupBy(rolling, imageOf)]
    .map(([image, users]) => ({ image, users, launcher: launcherOf(users) }))
    // An image that has a lineage keeps it.
    .sort(
      (a, b) =>
        Number(a.launcher.lineage === undefined) - Number(b.launcher.lineage === undefined) ||
        compare(a.image, b.image),
    );
  const planned = byImage.map(({ image, users, launcher }) => {
    const { region, baseImage, template, baseVersion, subnetId } = launcher;
    const name = launcher.lineage ?? template.name;
    const lineage = taken.has(`${region}-${name}`) ? `${name}-${baseImage}` : name;
    const key = `${region}-${lineage}`;
    taken.add(key);
    return [
      image,
      {
        key,
        region,
        lineage,
        sourceImage: baseImage,
        launchFrom: { templateId: template.id, version: baseVersion, subnetId },
        groups: users.map((user) => user.name),
        roles: [...new Set(users.flatMap(({ roles }) => roles))].sort(),
      },
    ] as const;
  });
  return new Map(planned);
}

/** The same template must be chosen in each run, also after groups have changed their places in the config. */
function launcherOf(users: NonEmpty<SurveyedGroup>): SurveyedGroup {
  const [launcher] = [...users].sort(
    (a, b) => compare(templateKey(a), templateKey(b)) || a.baseVersion - b.baseVersion,
  );
  return launcher as SurveyedGroup;
}

function imageOf({ region, baseImage }: SurveyedGroup): string {
  return `${region}/${baseImage}`;
}

function templateKey({ region, template }: SurveyedGroup): string {
  return `${region}-${template.name}`;
}

/** Only a template from which groups use different versions has the number of the base version in its keys. */
function versionKeys(groups: readonly SurveyedGroup[]): (group: SurveyedGroup) => string {
  const baseVersions = new Map(
    [...groupBy(groups, templateKey)].map(([key, users]) => [
      key,
      new Set(users.map(({ baseVersion }) => baseVersion)),
    ]),
  );
  return (group) => {
    const key = templateKey(group);
    return baseVersions.get(key)?.size === 1 ? key : `${key}-from-${group.baseVersion}`;
  };
}

type NonEmpty<T> = [T, ...T[]];

function groupBy<T>(entries: readonly T[], keyOf: (entry: T) => string): Map<string, NonEmpty<T>> {
  const groups = new Map<string, NonEmpty<T>>();
  for (const entry of entries) {
    const key = keyOf(entry);
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, [entry]);
    } else {
      group.push(entry);
    }
  }
  return groups;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
