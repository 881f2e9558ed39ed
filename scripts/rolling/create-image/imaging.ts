import { ChainfleetError } from "../../../components/error";
import { asChainfleetError } from "../outcomes";

/** What can be done with the chosen instance of a group. */
export interface ChosenInstance {
  /** The group and the instance in messages. @example "web (eu-west-1), i-0a…" */
  readonly label: string;
  /** Takes the instance out of service. */
  enterStandby(): Promise<void>;
  stop(): Promise<void>;
  /** @returns the id of the image, which may be pending. */
  createImage(): Promise<string>;
  untilAvailable(imageId: string): Promise<void>;
  /** Brings the instance back into service, in whatever state it is; no error if the instance is in service already. */
  bringBack(): Promise<void>;
  /** @returns the number of the launch template version. */
  createVersion(imageId: string): Promise<number>;
  /** The shell commands with which a person does what `bringBack` does. */
  readonly commands: string;
}

/** What was made. */
export interface MadeImage {
  readonly imageId: string;
  readonly version: number;
}

/** How a failure or an interruption reaches the user. */
export interface Supervision {
  /** Aborted when the user interrupts the command. Nothing new is begun then, except to bring the instance back. */
  readonly signal: AbortSignal;
  /** The command that deletes an unused image. */
  readonly sweepCommand: string;
  readonly say: (line: string) => void;
}

/**
 * Makes an image of an instance that is in service, and a launch template version with the image. The instance is in
 * standby meanwhile. Whatever fails, the instance is brought back into service before this function ends.
 *
 * @throws ChainfleetError with what failed, whether the instance is back in service and, if not, the commands that bring it
 *   back; and with the image, if one was made that no version uses.
 */
export async function imageOf(instance: ChosenInstance, supervision: Supervision): Promise<MadeImage> {
  const { signal, say } = supervision;
  let imageId: string | undefined;
  const failures: ChainfleetError[] = [];
  try {
    await step("entering standby", () => instance.enterStandby());
    await step("stopping", () => instance.stop());
    imageId = await step("making an image", () => instance.createImage());
    const made = imageId;
    await step(`waiting for the image ${made}`, () => instance.untilAvailable(made));
  } catch (error) {
    failures.push(asChainfleetError(instance.label, error));
  }
  try {
    say(`${instance.label}: returning to service`);
    await instance.bringBack();
    say(`${instance.label}: in service`);
  } catch (error) {
    failures.push(notBack(instance, error));
  }
  if (imageId !== undefined && failures.length === 0) {
    const made = imageId;
    try {
      return { imageId: made, version: await step("making a version", () => instance.createVersion(made)) };
    } catch (error) {
      failures.push(asChainfleetError(instance.label, error));
    }
  }
  throw combined(failures, imageId, instance, supervision);

  function step<Value>(name: string, work: () => Promise<Value>): Promise<Value> {
    if (signal.aborted) {
      throw signal.reason;
    }
    say(`${instance.label}: ${name}`);
    return work();
  }
}

function notBack({ label, commands }: ChosenInstance, cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "INSTANCE_NOT_IN_SERVICE",
    summary: `${label}: the instance is not back in service: ${asChainfleetError(label, cause).summary}`,
    next: `To bring the instance back: ${commands}`,
    cause,
  });
}

/** One error of everything that went wrong. An instance that is not in service is the most urgent, and gives the code. */
function combined(
  failures: readonly ChainfleetError[],
  imageId: string | undefined,
  { label }: ChosenInstance,
  { sweepCommand }: Supervision,
): ChainfleetError {
  const notInService = failures.find(({ code }) => code === "INSTANCE_NOT_IN_SERVICE");
  const main = notInService ?? (failures[0] as ChainfleetError);
  const back = notInService === undefined ? [`${label}: the instance is in service.`] : [];
  const unused =
    imageId === undefined
      ? []
      : [`No launch template version uses the image ${imageId}. To delete the image: ${sweepCommand}`];
  return new ChainfleetError({
    code: main.code,
    summary: [...failures.map(({ summary }) => summary), ...back].join("\n"),
    next: [notInService?.next ?? "Correct the cause, then run the command again.", ...unused].join("\n"),
    cause: main,
  });
}
