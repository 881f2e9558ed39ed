import * as pulumi from "@pulumi/pulumi";
import { planRelease } from "../components/rolling/plan/plan";
import { RollingRelease } from "../components/rolling/rolling-release";
import { surveyGroups } from "../components/rolling/survey";
import { readPrivateKey, releaseOf } from "./config/rolling/release-settings";
import type { RollingConfig } from "./config/rolling/rolling-schema";

/**
 * Registers the resources of a release to Auto Scaling Groups.
 *
 * @returns the stack's outputs.
 * @throws ChainfleetError with everything that prevents the release. Nothing has been created then.
 */
export async function rolling(config: RollingConfig) {
  const release = releaseOf(config, stackName());
  const { user, port, budgetSeconds, privateKeyFile } = config.ssh;
  const privateKey = privateKeyFile === undefined ? undefined : readPrivateKey(privateKeyFile);
  const groups = await surveyGroups(config.groups, release, config.instance.address);
  const released = new RollingRelease(config.name, {
    release,
    plan: planRelease(groups),
    steps: config.deploy,
    ssh: {
      user,
      port,
      budgetSeconds,
      privateKey: privateKey === undefined ? undefined : pulumi.secret(privateKey),
    },
    instance: config.instance,
    image: config.image,
    keepVersions: config.keepVersions,
    standardOrder: config.standardOrder,
  });
  return {
    rolling: {
      revision: config.revision,
      groups: config.groups.map(({ name, region, autoScalingGroup, strategy }) => ({
        name,
        region,
        autoScalingGroup,
        strategy,
        ...(strategy === "rolling" ? { image: released.images[name], version: released.versions[name] } : {}),
      })),
    },
  };
}

function stackName(): string {
  return `${pulumi.getProject()}/${pulumi.getStack()}`;
}
