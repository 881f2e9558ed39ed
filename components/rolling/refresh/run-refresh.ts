import { setTimeout as delay } from "node:timers/promises";
import {
  CancelInstanceRefreshCommand,
  type InstanceRefresh,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import { ChainfleetError } from "../../error";
import { autoScaling } from "../aws/clients";
import { isAwsError, isThrottling } from "../aws/errors";
import { type RefreshInputs, refreshRequest } from "./request";
import { describeRefreshes, desiredVersion, failure, isActive, isAdvancing, progressLine } from "./status";

/**
 * Brings a group to a launch template version by an instance refresh, and waits for its end. A refresh to the same version
 * that a killed run has started is taken over.
 *
 * @param say receives a line whenever the state of the refresh has changed.
 * @returns the id of the refresh.
 * @throws ChainfleetError REFRESH_NOT_SUCCESSFUL, REFRESH_IN_PROGRESS, REFRESH_REFUSED or GROUP_GONE.
 */
export async function runRefresh(inputs: RefreshInputs, say: (line: string) => void): Promise<string> {
  const own = await startUnless((refresh) => isOurs(refresh, inputs), inputs, say);
  if (inputs.settings.wait) {
    await untilSuccessful(inputs, own, say);
  }
  return own;
}

/**
 * Starts an instance refresh of a group, also if an earlier refresh has brought the group to the same launch template
 * version. Does not wait for the end of the new refresh.
 *
 * @param say receives the progress of an earlier refresh that is in progress, if the settings say to wait for its end.
 * @returns the id of the new refresh.
 * @throws ChainfleetError REFRESH_IN_PROGRESS, REFRESH_REFUSED or GROUP_GONE.
 */
export async function startNewRefresh(inputs: RefreshInputs, say: (line: string) => void): Promise<string> {
  const earlier = new Set(
    (await describeRefreshes(inputs)).map(({ InstanceRefreshId }) => InstanceRefreshId),
  );
  // The SDK repeats a request whose answer was lost, and AWS refuses the second because the first has started a refresh.
  const isNew = (refresh: InstanceRefresh) =>
    !earlier.has(refresh.InstanceRefreshId) && isOurs(refresh, inputs);
  return startUnless(isNew, inputs, say);
}

/**
 * Waits for the end of a refresh.
 *
 * @param say receives a line whenever the state of the refresh has changed.
 * @throws ChainfleetError REFRESH_NOT_SUCCESSFUL if the refresh ends in any other way than successfully, or GROUP_GONE.
 */
export async function untilSuccessful(
  inputs: RefreshInputs,
  id: string,
  say: (line: string) => void,
): Promise<void> {
  const ended = await untilEnded(inputs, id, say);
  if (ended.Status !== "Successful") {
    throw failure(inputs, ended);
  }
}

/** @param isOwn whether the newest refresh of the group is taken over, so that none has to be started. */
async function startUnless(
  isOwn: (refresh: InstanceRefresh) => boolean,
  inputs: RefreshInputs,
  say: (line: string) => void,
): Promise<string> {
  for (;;) {
    const [newest] = await describeRefreshes(inputs);
    if (newest?.InstanceRefreshId !== undefined && isOwn(newest)) {
      return newest.InstanceRefreshId;
    }
    if (newest?.InstanceRefreshId !== undefined && isActive(newest)) {
      await makeWay(inputs, newest, say);
      continue;
    }
    const started = await start(inputs);
    if (started !== undefined) {
      return started;
    }
  }
}

/** Whether a refresh does, or has done, what is wanted. */
function isOurs(refresh: InstanceRefresh, { version }: RefreshInputs): boolean {
  return (
    desiredVersion(refresh) === String(version) && (isAdvancing(refresh) || refresh.Status === "Successful")
  );
}

/** @returns undefined if another refresh was started in the meantime. */
async function start(inputs: RefreshInputs): Promise<string | undefined> {
  const { region, group, autoScalingGroup } = inputs;
  try {
    const answer = await autoScaling(region).send(new StartInstanceRefreshCommand(refreshRequest(inputs)));
    return answer.InstanceRefreshId;
  } catch (error) {
    if (isAwsError(error, "InstanceRefreshInProgress", "InstanceRefreshInProgressFault")) {
      return undefined;
    }
    throw new ChainfleetError({
      code: "REFRESH_REFUSED",
      summary: `Group ${group}: AWS started no instance refresh of ${autoScalingGroup} (${region}): ${(error as Error).message} (${(error as Error).name})`,
      next: "Correct the group or its rolling.groups[…].refresh, then run again; the image and the launch template version are kept.",
      cause: error,
    });
  }
}

/** Deals with a refresh that is in progress, as the settings say. */
async function makeWay(
  inputs: RefreshInputs,
  other: InstanceRefresh,
  say: (line: string) => void,
): Promise<void> {
  const { region, group, autoScalingGroup, settings } = inputs;
  const id = other.InstanceRefreshId ?? "";
  if (settings.whenRunning === "fail") {
    throw new ChainfleetError({
      code: "REFRESH_IN_PROGRESS",
      summary: `Group ${group}: another instance refresh (${id}, ${other.Status}) of ${autoScalingGroup} (${region}) is in progress.`,
      next: "Run again when it has ended, or set refresh.whenRunning to wait or cancel.",
    });
  }
  if (settings.whenRunning === "cancel" && isAdvancing(other)) {
    say(`${group} (${region}): cancelling the instance refresh ${id}, which is in progress`);
    await autoScaling(region)
      .send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: autoScalingGroup }))
      .catch((error: unknown) => {
        // The refresh has ended in the meantime.
        if (!isAwsError(error, "ActiveInstanceRefreshNotFound", "ActiveInstanceRefreshNotFoundFault")) {
          throw error;
        }
      });
  } else {
    say(`${group} (${region}): waiting for the end of the instance refresh ${id}, which is in progress`);
  }
  await untilEnded(inputs, id, say);
}

async function untilEnded(
  inputs: RefreshInputs,
  id: string,
  say: (line: string) => void,
): Promise<InstanceRefresh> {
  let said = "";
  // There is no deadline: a refresh waits for checkpoints and alarms as long as its settings say, and AWS ends it itself
  // when it makes no progress for an hour.
  for (;;) {
    const refresh = await find(inputs, id);
    if (refresh !== undefined) {
      const line = progressLine(inputs, refresh);
      if (line !== said) {
        say(line);
        said = line;
      }
      if (!isActive(refresh)) {
        return refresh;
      }
    }
    await delay(inputs.settings.pollSeconds * 1000);
  }
}

/** @returns undefined if AWS throttled the question, which is then asked again at the next poll. */
async function find(inputs: RefreshInputs, id: string): Promise<InstanceRefresh | undefined> {
  try {
    const refreshes = await describeRefreshes(inputs);
    return refreshes.find(({ InstanceRefreshId }) => InstanceRefreshId === id);
  } catch (error) {
    if (isThrottling(error)) {
      return undefined;
    }
    throw error;
  }
}
