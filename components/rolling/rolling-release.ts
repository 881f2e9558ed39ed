import * as pulumi from "@pulumi/pulumi";
import { MachineImage } from "./image/machine-image";
import { DeployedHost, type SshSettings } from "./instance/deployed-host";
import { TemporaryInstance } from "./instance/temporary-instance";
import type { PlannedImage, PlannedVersion, ReleasePlan, SurveyedGroup } from "./plan/plan";
import type { DeployStep, Release } from "./plan/release";
import { InstanceRefresh } from "./refresh/instance-refresh";
import { refreshTo } from "./refresh/request";
import { ImageRetention } from "./retention/image-retention";
import { VersionRetention } from "./retention/version-retention";
import { TemplateVersion } from "./template/template-version";

/** Arguments of a RollingRelease. */
export interface RollingReleaseArgs {
  readonly release: Release;
  readonly plan: ReleasePlan;
  readonly steps: readonly DeployStep[];
  readonly ssh: SshSettings;
  readonly instance: {
    readonly address: "private" | "public";
    readonly overrides: Readonly<Record<string, unknown>>;
  };
  readonly image: { readonly tags: Readonly<Record<string, string>>; readonly waitSeconds: number };
  /** How many earlier versions of each launch template are kept beside the new one. */
  readonly keepVersions: number;
  /** Whether the instances of a group with the strategy "standard" are deployed one after another or all at once. */
  readonly standardOrder: "one-at-a-time" | "all";
}

/**
 * A revision on its way into Auto Scaling Groups, side by side for each image, launch template and group:
 *
 *     an image:     TemporaryInstance ─▶ DeployedHost ─▶ MachineImage
 *     a template:                                             └─▶ TemplateVersion
 *     a group:                                                        └─▶ InstanceRefresh
 *     a template:                                                             └─▶ VersionRetention
 *     a location:                                                                     └─▶ ImageRetention
 *
 * A group with the strategy "standard" has a DeployedHost for each of its running instances instead.
 */
export class RollingRelease extends pulumi.ComponentResource {
  /** The image of each group with the strategy "rolling", by the group's name. */
  readonly images: Readonly<Record<string, pulumi.Output<string>>>;
  /** The launch template version of each of these groups, by the group's name. */
  readonly versions: Readonly<Record<string, pulumi.Output<number>>>;

  readonly #args: RollingReleaseArgs;

  constructor(name: string, args: RollingReleaseArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:rolling:RollingRelease", name, {}, opts);
    this.#args = args;
    const { plan } = args;
    const images = new Map(plan.images.map((image) => [image.key, this.#image(image)]));
    const versions = new Map(
      plan.versions.map((version) => [version.key, this.#version(version, required(images, version.image))]),
    );
    const refreshes = new Map(
      plan.refreshes.map(({ group, version }) => [
        group.name,
        this.#refresh(group, required(versions, version)),
      ]),
    );
    this.#retain(versions, refreshes);
    for (const group of plan.standardGroups) {
      this.#deployOnInstances(group);
    }

    this.images = byGroup(plan, ({ version }) => {
      const { image } = plan.versions.find(({ key }) => key === version) as PlannedVersion;
      return required(images, image).imageId;
    });
    this.versions = byGroup(plan, ({ version }) => required(versions, version).version);
    this.registerOutputs({});
  }

  #image({ key, region, lineage, sourceImage, launchFrom, groups, roles }: PlannedImage): MachineImage {
    const { release, steps, ssh, instance, image } = this.#args;
    const opts = { parent: this };
    const temporary = new TemporaryInstance(
      `${key}-instance`,
      { region, release, groups, roles, sourceImage, launchFrom, ...instance },
      opts,
    );
    const { instanceId, host } = temporary;
    const deployed = new DeployedHost(key, { release, steps, ssh, instanceId, host, roles }, opts);
    return new MachineImage(
      `${key}-image`,
      { region, release, instanceId, sourceImage, lineage, ...image },
      { ...opts, dependsOn: deployed },
    );
  }

  #version(
    { key, region, template, baseVersion }: PlannedVersion,
    { imageId }: MachineImage,
  ): TemplateVersion {
    const { release } = this.#args;
    return new TemplateVersion(
      `${key}-version`,
      { region, release, template, baseVersion, imageId },
      { parent: this },
    );
  }

  #refresh(group: SurveyedGroup, { version }: TemplateVersion): InstanceRefresh {
    const name = `${group.region}-${group.name}-refresh`;
    return new InstanceRefresh(name, refreshTo(group, version), { parent: this });
  }

  #retain(
    versions: ReadonlyMap<string, TemplateVersion>,
    refreshes: ReadonlyMap<string, InstanceRefresh>,
  ): void {
    const { plan, release, keepVersions: keep } = this.#args;
    const retentions = plan.retentions.map(({ key, region, template, versions: keys, groups }) => ({
      region,
      retention: new VersionRetention(
        `${key}-retention`,
        {
          region,
          release,
          template,
          keep,
          newVersions: keys.map((version) => required(versions, version).version),
        },
        // An old version is needed until no refresh can roll back to it.
        { parent: this, dependsOn: groups.map((group) => required(refreshes, group)) },
      ),
    }));
    for (const region of new Set(retentions.map((entry) => entry.region))) {
      const dependsOn = retentions
        .filter((entry) => entry.region === region)
        .map(({ retention }) => retention);
      new ImageRetention(`${region}-images`, { region, release }, { parent: this, dependsOn });
    }
  }

  /** The first instance is deployed before all others, because migrations and the like run on it. */
  #deployOnInstances({ name, region, instances, roles, primaryRoles }: SurveyedGroup): void {
    const { release, steps, ssh, standardOrder } = this.#args;
    const deployed: DeployedHost[] = [];
    for (const [index, { id, host }] of instances.entries()) {
      const predecessor = standardOrder === "one-at-a-time" ? deployed.at(-1) : deployed[0];
      deployed.push(
        new DeployedHost(
          `${region}-${name}-${id}`,
          {
            release,
            steps,
            ssh,
            instanceId: id,
            host,
            roles: index === 0 && primaryRoles.length > 0 ? primaryRoles : roles,
          },
          { parent: this, ...(predecessor === undefined ? {} : { dependsOn: predecessor }) },
        ),
      );
    }
  }
}

function required<Entry>(entries: ReadonlyMap<string, Entry>, key: string): Entry {
  const entry = entries.get(key);
  if (entry === undefined) {
    throw new TypeError(`The plan of the release refers to "${key}", which it does not contain.`);
  }
  return entry;
}

function byGroup<Value>(
  { refreshes }: ReleasePlan,
  pick: (refresh: ReleasePlan["refreshes"][number]) => Value,
): Record<string, Value> {
  return Object.fromEntries(refreshes.map((refresh) => [refresh.group.name, pick(refresh)]));
}
