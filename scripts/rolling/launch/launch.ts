import { randomBytes } from "node:crypto";
import { ChainfleetError } from "../../../components/error";
import {
  launch as launchInstance,
  launchRequest,
  untilRunning,
} from "../../../components/rolling/instance/launch";
import type { TemporaryInstanceArgs } from "../../../components/rolling/instance/temporary-instance";
import { type PlannedImage, planRelease } from "../../../components/rolling/plan/plan";
import { type Release, releaseFor } from "../../../components/rolling/plan/release";
import { surveyGroups } from "../../../components/rolling/survey";
import type { RollingConfig } from "../../../stacks/config/rolling/rolling-schema";
import { endWhenInterrupted } from "../../interruption";
import { tableOf } from "../../terminal/table";
import { showCalls } from "../calls";
import { exitCodeOf, forEach, jsonOf, type Outcome, showErrors } from "../outcomes";
import { type ChangeOptions, rollingGroups, selectGroups } from "../selection";
import { deployOn, sshAccess } from "./deploy";

/** The options of `chainfleet rolling launch`. */
export interface LaunchOptions extends ChangeOptions {
  /** Whether to run the deploy steps on the instances. */
  readonly deploy: boolean;
}

/**
 * `chainfleet rolling launch`: launches one temporary instance for each unique image of the rolling groups, all at the same
 * time, and optionally runs the deploy steps. Nothing else becomes of the instances: they stay until
 * `chainfleet rolling sweep`, and no release takes them for its own.
 *
 * @returns the exit code of the process: 1 if an instance could not be launched or deployed, else 0.
 */
export async function launch(options: LaunchOptions): Promise<number> {
  const { config, groups, release: configured } = selectGroups(options);
  const release = releaseFor("launch", configured, randomBytes(4).toString("hex"));
  const access = options.deploy ? sshAccess(config.ssh) : undefined;
  const surveyed = await surveyGroups(rollingGroups(groups, options.group), release, config.instance.address);
  const images = inOrderOf(surveyed, planRelease(surveyed).images);
  if (options.dryRun) {
    const calls = images.map((image) => ({
      subject: image,
      value: [
        {
          region: image.region,
          call: "ec2:RunInstances" as const,
          input: launchRequest(instanceArgs(image, release, config), 0),
        },
      ],
    }));
    return showCalls(calls, options);
  }
  const stopHandling = endWhenInterrupted(options, () => interrupted(options.stack));
  const launched = new Map<string, string>();
  const outcomes = await forEach(
    images,
    ({ key }) => key,
    async (image) => {
      const args = instanceArgs(image, release, config);
      const { InstanceId: id = "" } = await launchInstance(args);
      launched.set(image.key, id);
      const host = await untilRunning(args, id);
      say(`${image.key} | launched ${id}, address ${host}`);
      if (access !== undefined) {
        await deployOn({ image, host, release, steps: config.deploy }, access, (line) =>
          say(`${image.key} | ${line}`),
        );
      }
      return { id, host };
    },
  );
  stopHandling();
  show(outcomes, launched, options);
  return exitCodeOf(outcomes);
}

/** The images in the order of the first groups that run them. */
export function inOrderOf(
  groups: readonly { readonly name: string }[],
  images: readonly PlannedImage[],
): readonly PlannedImage[] {
  const place = new Map(groups.map(({ name }, index) => [name, index]));
  const first = (image: PlannedImage) => Math.min(...image.groups.map((name) => place.get(name) ?? 0));
  return [...images].sort((a, b) => first(a) - first(b));
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function instanceArgs(
  { region, groups, roles, sourceImage, launchFrom }: PlannedImage,
  release: Release,
  { instance }: RollingConfig,
): TemporaryInstanceArgs {
  return { region, release, groups, roles, sourceImage, launchFrom, ...instance };
}

function interrupted(stack: string): ChainfleetError {
  return new ChainfleetError({
    code: "INTERRUPTED",
    summary:
      "Interrupted. Every instance that was launched, or was just being launched, stays and costs money.",
    next: `To find and terminate the instances: chainfleet rolling sweep --stack ${stack}`,
  });
}

interface Launched {
  readonly id: string;
  readonly host: string;
}

function show(
  outcomes: readonly Outcome<PlannedImage, Launched>[],
  launched: ReadonlyMap<string, string>,
  { json, stack }: LaunchOptions,
): void {
  if (json) {
    const instances = outcomes.map(({ subject: { key, region, sourceImage, groups }, value, error }) => ({
      key,
      region,
      sourceImage,
      groups,
      // An instance that was launched but not deployed exists and has to be known.
      id: launched.get(key) ?? null,
      host: value?.host ?? null,
      ...(error === undefined ? {} : { error: jsonOf(error) }),
    }));
    process.stdout.write(`${JSON.stringify({ instances })}\n`);
    return;
  }
  const lines = tableOf(
    ["image", "groups", "instance", "address", "result"],
    outcomes.map(({ subject: { key, groups }, value, error }) => [
      key,
      groups.join(", "),
      launched.get(key) ?? "-",
      value?.host ?? "-",
      error === undefined ? "ready" : "failed",
    ]),
  );
  process.stdout.write(`${lines}\n`);
  showErrors(outcomes);
  if (launched.size > 0) {
    process.stdout.write(
      `The instances stay, and cost money, until you run: chainfleet rolling sweep --stack ${stack}\n`,
    );
  }
}
