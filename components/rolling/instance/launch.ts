import {
  DescribeInstancesCommand,
  type Instance,
  RunInstancesCommand,
  type RunInstancesCommandInput,
} from "@aws-sdk/client-ec2";
import { ChainfleetError } from "../../error";
import { ec2 } from "../aws/clients";
import { isAwsError } from "../aws/errors";
import { poll } from "../aws/poll";
import { tagFilters, tagSpecifications } from "../aws/tags";
import { clientToken, releaseTags, TAG } from "../plan/ownership";
import type { TemporaryInstanceArgs } from "./temporary-instance";

/** The states of an instance from which an image can still be made. */
const USABLE = ["pending", "running", "stopping", "stopped"];

/**
 * Launches the temporary instance of a release. If the release has launched it already, in a run that was killed, the
 * existing instance is returned.
 *
 * @returns the instance in whatever state it is.
 */
export async function launch(args: TemporaryInstanceArgs): Promise<Instance> {
  const existing = await findLaunched(args);
  if (existing !== undefined) {
    return existing;
  }
  for (let attempt = 0; attempt < MOST_LAUNCHES; attempt += 1) {
    const instance = await runInstance(args, attempt);
    // A token is known for hours, so that it may name an instance that was terminated since.
    if (instance !== undefined && USABLE.includes(instance.State?.Name ?? "")) {
      return instance;
    }
  }
  throw new ChainfleetError({
    code: "INSTANCE_NOT_LAUNCHED",
    summary: `${args.groups.join(", ")} (${args.region}): ${MOST_LAUNCHES} temporary instances of release ${args.release.id} were launched and ended.`,
    next: "Look at the reason in the EC2 console, then change the revision or wait a day until EC2 has forgotten the launches.",
  });
}

/** Each failed run of one revision ends an instance and uses a client token. */
const MOST_LAUNCHES = 50;

/** Searches by tags. A new instance may be missing in the answer for some seconds; its client token covers these. */
async function findLaunched({
  region,
  release,
  sourceImage,
}: TemporaryInstanceArgs): Promise<Instance | undefined> {
  const { Reservations = [] } = await ec2(region).send(
    new DescribeInstancesCommand({
      Filters: [
        ...tagFilters({ ...releaseTags(release), [TAG.sourceImage]: sourceImage }),
        { Name: "instance-state-name", Values: USABLE },
      ],
    }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances)[0];
}

/** @returns undefined if EC2 has forgotten the instance of this attempt, which was terminated then. */
async function runInstance(args: TemporaryInstanceArgs, attempt: number): Promise<Instance | undefined> {
  const { region, sourceImage, groups } = args;
  const { Instances = [] } = await ec2(region)
    .send(new RunInstancesCommand(launchRequest(args, attempt)))
    .catch((cause: Error) => {
      throw new ChainfleetError({
        code: "INSTANCE_NOT_LAUNCHED",
        summary: `${groups.join(", ")} (${region}): EC2 launched no temporary instance from ${sourceImage}: ${cause.message} (${cause.name})`,
        next: "Correct the cause, or set other parameters under rolling.instance.overrides. Then run again; nothing was left behind.",
        cause,
      });
    });
  // EC2 answers a known token with the first launch's instance as it was then.
  return untilKnown(region, Instances[0]?.InstanceId ?? "");
}

/** The request that launches an instance. @param attempt counts from 0; each attempt has a client token of its own. */
export function launchRequest(args: TemporaryInstanceArgs, attempt: number): RunInstancesCommandInput {
  const { release, sourceImage } = args;
  const parameters = launchParameters(args);
  return {
    ...parameters,
    MinCount: 1,
    MaxCount: 1,
    ClientToken: clientToken(
      release.stack,
      release.name,
      release.id,
      sourceImage,
      JSON.stringify(parameters),
      attempt,
    ),
  };
}

/** Some of EC2's servers learn of a new instance only after seconds, which must not count as an instance that is gone. */
function untilKnown(region: string, id: string): Promise<Instance | undefined> {
  return poll(
    { everySeconds: 1, forSeconds: 30 },
    () => describe(region, id).catch(unlessGone),
    () => new Error(id),
  ).catch(() => undefined);
}

function launchParameters({
  release,
  groups,
  sourceImage,
  launchFrom: { templateId, version, subnetId },
  overrides,
}: TemporaryInstanceArgs): Omit<RunInstancesCommandInput, "MinCount" | "MaxCount"> {
  const name = `${release.name} ${release.revision} for ${groups.join(", ")}`.slice(0, 255);
  const tags = { Name: name, ...releaseTags(release), [TAG.sourceImage]: sourceImage };
  return {
    LaunchTemplate: { LaunchTemplateId: templateId, Version: String(version) },
    ImageId: sourceImage,
    ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
    ...overrides,
    TagSpecifications: tagSpecifications(tags, ["instance", "volume"]),
  };
}

/** Waits until the instance runs and has an address. EC2 needs 10 to 90 seconds; the SDK's own waiter allows 10 minutes. */
export async function untilRunning({ region, address }: TemporaryInstanceArgs, id: string): Promise<string> {
  return poll(
    { everySeconds: 1, forSeconds: 600 },
    async () => {
      const instance = await describe(region, id).catch((error: unknown) => unlessGone(error));
      const state = instance?.State?.Name;
      if (state === "terminated" || state === "shutting-down") {
        throw new ChainfleetError({
          code: "INSTANCE_ENDED",
          summary: `The temporary instance ${id} (${region}) ended before it was used: ${instance?.StateReason?.Message ?? "EC2 gives no reason"}.`,
          next: "Run again to launch another one.",
        });
      }
      const host = address === "private" ? instance?.PrivateIpAddress : instance?.PublicIpAddress;
      return state === "running" && host ? host : undefined;
    },
    () =>
      new ChainfleetError({
        code: "INSTANCE_NOT_RUNNING",
        summary: `The temporary instance ${id} (${region}) was not running with a ${address} address after 10 minutes.`,
        next:
          address === "public"
            ? "A subnet or launch template without public addresses gives it none: set rolling.instance.address to private, or an override with a public address."
            : "Look at the instance in the EC2 console, and run again.",
      }),
  );
}

/** @throws InvalidInstanceID.NotFound if EC2 does not know the instance, or not yet. */
export async function describe(region: string, id: string): Promise<Instance> {
  const { Reservations = [] } = await ec2(region).send(new DescribeInstancesCommand({ InstanceIds: [id] }));
  const instance = Reservations[0]?.Instances?.[0];
  if (instance === undefined) {
    throw Object.assign(new Error(`EC2 does not know ${id}`), { name: "InvalidInstanceID.NotFound" });
  }
  return instance;
}

/** A new instance is unknown to some of EC2's servers for a few seconds, and a terminated one after an hour. */
export function unlessGone(error: unknown): undefined {
  if (!isAwsError(error, "InvalidInstanceID.NotFound")) {
    throw error;
  }
  return undefined;
}
