import {
  DescribeAutoScalingInstancesCommand,
  EnterStandbyCommand,
  type EnterStandbyCommandInput,
  ExitStandbyCommand,
  type ExitStandbyCommandInput,
} from "@aws-sdk/client-auto-scaling";
import { StartInstancesCommand } from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../../../components/error";
import { autoScaling, ec2 } from "../../../components/rolling/aws/clients";
import { poll } from "../../../components/rolling/aws/poll";
import {
  createImage,
  type ImageSource,
  untilAvailable,
} from "../../../components/rolling/image/create-image";
import { describeImage, lineageOf } from "../../../components/rolling/image/describe-image";
import { describe } from "../../../components/rolling/instance/launch";
import { stopInstance } from "../../../components/rolling/instance/stop";
import type { Release } from "../../../components/rolling/plan/release";
import { createVersion } from "../../../components/rolling/template/create-version";
import { label, type PresentGroup } from "../present-group";
import type { ChosenInstance } from "./imaging";

/** An instance of a group, of which an image is made. */
export interface ImagedInstance {
  readonly group: PresentGroup;
  readonly instanceId: string;
  /** With whose id the image and the version are marked. */
  readonly release: Release;
  readonly tags: Readonly<Record<string, string>>;
  /** The time that EC2 has to make the image. */
  readonly waitSeconds: number;
}

/** @param signal ends the waiting for standby and for the image early. Bringing the instance back is never cut short. */
export function instanceInAws(instance: ImagedInstance, signal: AbortSignal): ChosenInstance {
  const { group, instanceId, release, waitSeconds } = instance;
  const { region, template, version } = group;
  return {
    label: `${label(group)}, ${instanceId}`,
    commands: commandsBack(group, instanceId),
    enterStandby: async () => {
      await autoScaling(region).send(new EnterStandbyCommand(standbyRequest(group, instanceId)));
      await untilLifecycle(instance, ["Standby"], { forSeconds: STANDBY_SECONDS, signal });
    },
    stop: () => stopInstance(region, instanceId),
    createImage: async () => createImage(await imageSource(instance)),
    untilAvailable: (imageId) => untilAvailable({ region, waitSeconds }, imageId, signal),
    bringBack: () => bringBack(instance),
    createVersion: (imageId) => createVersion({ region, release, template, baseVersion: version, imageId }),
  };
}

/** An instance of a mixed group may run another image than the launch template version names. */
export async function imageSource({
  group: { region, template },
  instanceId,
  release,
  tags,
  waitSeconds,
}: ImagedInstance): Promise<ImageSource> {
  const { ImageId: sourceImage = "" } = await describe(region, instanceId);
  // As in the plan of a release: an image that no release made begins a lineage with the name of the template.
  const lineage = lineageOf(await describeImage(region, sourceImage)) ?? template.name;
  return { region, release, instanceId, sourceImage, lineage, tags, waitSeconds };
}

/** The desired capacity is decremented, so that the group launches no other instance in the meantime. */
export function standbyRequest(
  { autoScalingGroup }: PresentGroup,
  instanceId: string,
): EnterStandbyCommandInput {
  return {
    AutoScalingGroupName: autoScalingGroup,
    InstanceIds: [instanceId],
    ShouldDecrementDesiredCapacity: true,
  };
}

/** The end of standby, which increments the desired capacity again. */
export function serviceRequest(
  { autoScalingGroup }: PresentGroup,
  instanceId: string,
): ExitStandbyCommandInput {
  return { AutoScalingGroupName: autoScalingGroup, InstanceIds: [instanceId] };
}

/** The shell commands that bring an instance back into service. */
export function commandsBack(
  { region, autoScalingGroup }: Pick<PresentGroup, "region" | "autoScalingGroup">,
  instanceId: string,
): string {
  const name = `'${autoScalingGroup.replaceAll("'", "'\\''")}'`;
  return [
    `aws ec2 start-instances --region ${region} --instance-ids ${instanceId}`,
    `aws ec2 wait instance-running --region ${region} --instance-ids ${instanceId}`,
    `aws autoscaling exit-standby --region ${region} --auto-scaling-group-name ${name} --instance-ids ${instanceId}`,
  ].join(" && ");
}

/** A load balancer drains the connections of the instance first, for at most an hour. */
const STANDBY_SECONDS = 70 * 60;

async function bringBack(instance: ImagedInstance): Promise<void> {
  const { group, instanceId } = instance;
  const { region } = group;
  // AWS refuses to end a standby that has not been reached, and an instance that was never in standby is in service.
  const lifecycle = await untilLifecycle(instance, ["InService", "Standby"], { forSeconds: STANDBY_SECONDS });
  if (lifecycle === "Standby") {
    await start(region, instanceId);
    await autoScaling(region).send(new ExitStandbyCommand(serviceRequest(group, instanceId)));
    await untilLifecycle(instance, ["InService"], { forSeconds: 15 * 60 });
  }
}

/** Starts an instance and waits until it runs. EC2 refuses to start an instance that is still stopping. */
async function start(region: string, instanceId: string): Promise<void> {
  await untilState(["running", "stopped"]);
  await ec2(region).send(new StartInstancesCommand({ InstanceIds: [instanceId] }));
  await untilState(["running"]);

  function untilState(states: readonly string[]): Promise<string> {
    return poll(
      { everySeconds: 1, forSeconds: 600 },
      async () => {
        const { State: { Name = "" } = {} } = await describe(region, instanceId);
        if (Name === "terminated" || Name === "shutting-down") {
          throw new ChainfleetError({
            code: "INSTANCE_ENDED",
            summary: `The instance ${instanceId} (${region}) was terminated.`,
          });
        }
        return states.includes(Name) ? Name : undefined;
      },
      () =>
        new ChainfleetError({
          code: "INSTANCE_NOT_RUNNING",
          summary: `The instance ${instanceId} (${region}) was not ${states.join(" or ")} after 10 minutes.`,
        }),
    );
  }
}

async function untilLifecycle(
  { group: { region, autoScalingGroup }, instanceId }: ImagedInstance,
  wanted: readonly string[],
  limits: { readonly forSeconds: number; readonly signal?: AbortSignal },
): Promise<string> {
  return poll(
    { everySeconds: 2, ...limits },
    async () => {
      const { AutoScalingInstances = [] } = await autoScaling(region).send(
        new DescribeAutoScalingInstancesCommand({ InstanceIds: [instanceId] }),
      );
      const [instance] = AutoScalingInstances;
      const { LifecycleState: state = "", AutoScalingGroupName } = instance ?? {};
      if (AutoScalingGroupName !== autoScalingGroup || /^(Terminat|Detach)/.test(state)) {
        throw new ChainfleetError({
          code: "INSTANCE_LEFT_GROUP",
          summary: `The instance ${instanceId} (${region}) no longer belongs to ${autoScalingGroup}, or the group is terminating it.`,
        });
      }
      return wanted.includes(state) ? state : undefined;
    },
    () =>
      new ChainfleetError({
        code: "LIFECYCLE_NOT_REACHED",
        summary: `The instance ${instanceId} (${region}) was not in the state ${wanted.join(" or ")} after ${limits.forSeconds / 60} minutes.`,
      }),
  );
}
