import { randomBytes } from "node:crypto";
import { ChainfleetError } from "../../../components/error";
import { imageRequest } from "../../../components/rolling/image/create-image";
import { isOwnVersion, parseVersionDescription } from "../../../components/rolling/plan/ownership";
import type { GroupConfig } from "../../../components/rolling/plan/plan";
import { parseReleaseId, type Release, releaseFor } from "../../../components/rolling/plan/release";
import { versionRequest } from "../../../components/rolling/template/create-version";
import { endProcess, INTERRUPTED, onInterrupt } from "../../interruption";
import { tableOf } from "../../terminal/table";
import { type PlannedCall, showCalls } from "../calls";
import { exitCodeOf, forEach, jsonOf, type Outcome, showErrors } from "../outcomes";
import { label, type PresentGroup, presentGroups } from "../present-group";
import { type ChangeOptions, selectGroups } from "../selection";
import { imageOf, type MadeImage } from "./imaging";
import {
  commandsBack,
  type ImagedInstance,
  imageSource,
  instanceInAws,
  serviceRequest,
  standbyRequest,
} from "./instance-in-aws";

/**
 * `chainfleet rolling create-image`: makes an image of one instance in service of each group, and a launch template version
 * with the image, all groups at the same time. The instance is in standby and stopped meanwhile. No instance of the group is
 * replaced.
 *
 * @returns the exit code of the process: 1 if an image could not be made, 130 if the user interrupted the command, else 0.
 */
export async function createImages(options: ChangeOptions): Promise<number> {
  const { config, groups, release } = selectGroups(options);
  const read = presentGroups(groups);
  const random = randomBytes(4).toString("hex");
  const chosen = async (group: GroupConfig): Promise<ImagedInstance> => {
    const present = await read(group);
    return {
      group: present,
      instanceId: firstInService(present),
      release: releaseFor("image", releaseInService(present, release), random),
      ...config.image,
    };
  };
  if (options.dryRun) {
    const calls = await forEach(groups, label, async (group) => callsOf(await chosen(group)));
    return showCalls(calls, options);
  }
  const outOfService = new Map<string, string>();
  const { signal, stopHandling } = stopWhenInterrupted(options, outOfService);
  const supervision = { signal, say, sweepCommand: `chainfleet rolling sweep --stack ${options.stack}` };
  const outcomes = await forEach(groups, label, async (group) => {
    const instance = await chosen(group);
    outOfService.set(label(group), commandsBack(group, instance.instanceId));
    const made = await imageOf(instanceInAws(instance, signal), supervision);
    outOfService.delete(label(group));
    return { instanceId: instance.instanceId, template: instance.group.template.name, ...made };
  });
  stopHandling();
  show(outcomes, options);
  return signal.aborted ? INTERRUPTED : exitCodeOf(outcomes);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** @throws ChainfleetError `NO_INSTANCE_IN_SERVICE`. */
function firstInService({ name, autoScalingGroup, region, inService: [first] }: PresentGroup): string {
  if (first === undefined) {
    throw new ChainfleetError({
      code: "NO_INSTANCE_IN_SERVICE",
      summary: `Group ${name}: ${autoScalingGroup} (${region}) has no instance in service of which an image could be made.`,
      next: "Wait until an instance is in service. The other groups are not affected.",
    });
  }
  return first;
}

/**
 * The release that runs on the instances of a group, as the description of the launch template version says; for a version
 * that no release of this stack and name has made, a release named after the version's number.
 */
export function releaseInService(
  { description, version }: Pick<PresentGroup, "description" | "version">,
  release: Release,
): Release {
  const origin = parseVersionDescription(description);
  if (!isOwnVersion(origin, release)) {
    const revision = `version-${version}`;
    return { ...release, revision, id: revision };
  }
  const { revision, releaseId } = parseReleaseId(origin.releaseId);
  return { ...release, revision, id: releaseId };
}

/**
 * Handles Ctrl+C: after the first, no step is begun but those that bring the instances back into service; after the second,
 * the process ends at once and names the commands that bring the instances back.
 */
function stopWhenInterrupted(
  { json }: ChangeOptions,
  outOfService: ReadonlyMap<string, string>,
): { readonly signal: AbortSignal; stopHandling(): void } {
  const controller = new AbortController();
  const stopHandling = onInterrupt(() => {
    if (!controller.signal.aborted) {
      say("Stopping. The instances are brought back into service first. Press Ctrl+C again to stop at once.");
      controller.abort(new ChainfleetError({ code: "INTERRUPTED", summary: "The command was interrupted." }));
      return;
    }
    const lines = [...outOfService].map(([group, commands]) => `  ${group}: ${commands}`);
    endProcess(
      { json },
      new ChainfleetError({
        code: "INTERRUPTED",
        summary: "The command was stopped at once. Instances may be in standby.",
        next: `To bring the instances back into service:\n${lines.join("\n")}`,
      }),
    );
  });
  return { signal: controller.signal, stopHandling };
}

async function callsOf(instance: ImagedInstance): Promise<PlannedCall[]> {
  const { group, instanceId, release } = instance;
  const { region, template, version } = group;
  const ids = { InstanceIds: [instanceId] };
  return [
    { region, call: "autoscaling:EnterStandby", input: standbyRequest(group, instanceId) },
    { region, call: "ec2:StopInstances", input: ids },
    { region, call: "ec2:CreateImage", input: imageRequest(await imageSource(instance)) },
    { region, call: "ec2:StartInstances", input: ids },
    { region, call: "autoscaling:ExitStandby", input: serviceRequest(group, instanceId) },
    {
      region,
      call: "ec2:CreateLaunchTemplateVersion",
      input: {
        ...versionRequest({ release, template, baseVersion: version, imageId: "(the new image)" }),
        ClientToken: "(a hash of these values)",
      },
    },
  ];
}

interface CreatedImage extends MadeImage {
  readonly instanceId: string;
  readonly template: string;
}

function show(outcomes: readonly Outcome<GroupConfig, CreatedImage>[], { json }: ChangeOptions): void {
  if (json) {
    const groups = outcomes.map(({ subject: { name, autoScalingGroup, region }, value, error }) => ({
      name,
      autoScalingGroup,
      region,
      ...(error === undefined ? value : { error: jsonOf(error) }),
    }));
    process.stdout.write(`${JSON.stringify({ groups })}\n`);
    return;
  }
  const lines = tableOf(
    ["group", "AWS group", "region", "instance", "image", "launch template"],
    outcomes.map(({ subject: { name, autoScalingGroup, region }, value }) => [
      name,
      autoScalingGroup,
      region,
      value?.instanceId ?? "-",
      value?.imageId ?? "failed",
      value === undefined ? "-" : `${value.template}, version ${value.version}`,
    ]),
  );
  process.stdout.write(`${lines}\n`);
  showErrors(outcomes);
}
