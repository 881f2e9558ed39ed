import { ChainfleetError } from "../../components/error";
import type { GroupConfig } from "../../components/rolling/plan/plan";
import { type RefreshInputs, refreshRequest, refreshTo } from "../../components/rolling/refresh/request";
import { startNewRefresh, untilSuccessful } from "../../components/rolling/refresh/run-refresh";
import { describeRefreshes, isActive, isAdvancing } from "../../components/rolling/refresh/status";
import { endWhenInterrupted } from "../interruption";
import { tableOf } from "../terminal/table";
import { type PlannedCall, showCalls } from "./calls";
import { asChainfleetError, exitCodeOf, forEach, jsonOf, type Outcome, showErrors } from "./outcomes";
import { label, type PresentGroup, presentGroups } from "./present-group";
import { type ChangeOptions, rollingGroups, selectGroups } from "./selection";

/**
 * `chainfleet rolling trigger`: starts an instance refresh of each rolling group to the launch template version that the
 * group has, all groups at the same time, and waits for the ends unless a group's `refresh.wait` is false.
 *
 * @returns the exit code of the process: 1 if a refresh could not be started or ended other than successfully, else 0.
 */
export async function trigger(options: ChangeOptions): Promise<number> {
  const groups = rollingGroups(selectGroups(options).groups, options.group);
  const read = presentGroups(groups);
  if (options.dryRun) {
    const calls = await forEach(groups, label, async (group) =>
      callsOf(refreshToPresentVersion(await read(group))),
    );
    return showCalls(calls, options);
  }
  const waits = new Waits(groups);
  const stopHandling = endWhenInterrupted(options, () => interrupted(waits, options.stack));
  const outcomes = await forEach(groups, label, (group) => waits.during(group, () => triggerOne(group)));
  stopHandling();
  show(outcomes, options);
  return exitCodeOf(outcomes);

  async function triggerOne(group: GroupConfig): Promise<Triggered> {
    const inputs = refreshToPresentVersion(await read(group));
    const id = await startNewRefresh(inputs, say);
    waits.started(group, id);
    say(
      `${label(group)}: started the instance refresh ${id} to version ${inputs.version} of ${inputs.template.name}`,
    );
    if (!group.refresh.wait) {
      return { id, version: inputs.version, result: "started" };
    }
    await untilSuccessful(inputs, id, say);
    waits.ended(group);
    return { id, version: inputs.version, result: "Successful" };
  }
}

function refreshToPresentVersion(group: PresentGroup): RefreshInputs {
  return refreshTo(group, group.version);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Which refreshes are waited for. */
export class Waits {
  readonly #refreshes = new Map<string, string | undefined>();
  readonly #failures = new Map<string, string>();

  constructor(groups: readonly Pick<GroupConfig, "name" | "region">[]) {
    for (const group of groups) {
      this.#refreshes.set(label(group), undefined);
    }
  }

  /** Does the work for a group and remembers its failure, so that an interruption can still tell of the failure. */
  async during<Value>(group: GroupConfig, work: () => Promise<Value>): Promise<Value> {
    try {
      return await work();
    } catch (error) {
      this.ended(group);
      this.#failures.set(label(group), asChainfleetError(label(group), error).summary);
      throw error;
    }
  }

  started(group: GroupConfig, id: string): void {
    this.#refreshes.set(label(group), id);
  }

  ended(group: GroupConfig): void {
    this.#refreshes.delete(label(group));
  }

  /** The refreshes that go on in AWS, with their groups, in the order of the config. */
  get inProgress(): string[] {
    return [...this.#refreshes].flatMap(([group, id]) => (id === undefined ? [] : [`${group}: ${id}`]));
  }

  /** Why groups have failed before the interruption. */
  get failures(): string[] {
    return [...this.#failures.values()];
  }

  /** The groups whose refresh has not been started, as far as AWS has answered. */
  get notStarted(): string[] {
    return [...this.#refreshes].flatMap(([group, id]) => (id === undefined ? [group] : []));
  }
}

/** What an interruption leaves. */
export function interrupted({ inProgress, notStarted, failures }: Waits, stack: string): ChainfleetError {
  const sentences = [
    ...failures,
    ...(inProgress.length === 0
      ? []
      : [
          `Stopped waiting. These instance refreshes go on in AWS:\n${inProgress.map((line) => `  ${line}`).join("\n")}`,
        ]),
    ...(notStarted.length === 0
      ? []
      : [`No instance refresh was started, unless AWS was just starting it: ${notStarted.join(", ")}.`]),
  ];
  return new ChainfleetError({
    code: "INTERRUPTED",
    summary: sentences.length === 0 ? "Interrupted. All instance refreshes had ended." : sentences.join("\n"),
    next: `To see how the refreshes go on: chainfleet rolling status --stack ${stack}`,
  });
}

async function callsOf(inputs: RefreshInputs): Promise<PlannedCall[]> {
  const { region, group, autoScalingGroup, settings } = inputs;
  const [newest] = await describeRefreshes(inputs);
  const start: PlannedCall = {
    region,
    call: "autoscaling:StartInstanceRefresh",
    input: refreshRequest(inputs),
  };
  if (newest === undefined || !isActive(newest)) {
    return [start];
  }
  if (settings.whenRunning === "fail") {
    throw new ChainfleetError({
      code: "REFRESH_IN_PROGRESS",
      summary: `Group ${group}: another instance refresh (${newest.InstanceRefreshId}, ${newest.Status}) of ${autoScalingGroup} (${region}) is in progress, and refresh.whenRunning is fail.`,
    });
  }
  return settings.whenRunning === "cancel" && isAdvancing(newest)
    ? [
        {
          region,
          call: "autoscaling:CancelInstanceRefresh",
          input: { AutoScalingGroupName: autoScalingGroup },
        },
        start,
      ]
    : [start];
}

interface Triggered {
  readonly id: string;
  readonly version: number;
  readonly result: string;
}

function show(outcomes: readonly Outcome<GroupConfig, Triggered>[], { json }: ChangeOptions): void {
  if (json) {
    const groups = outcomes.map(({ subject: { name, autoScalingGroup, region }, value, error }) => ({
      name,
      autoScalingGroup,
      region,
      ...(error === undefined ? { refresh: value } : { error: jsonOf(error) }),
    }));
    process.stdout.write(`${JSON.stringify({ groups })}\n`);
    return;
  }
  const lines = tableOf(
    ["group", "AWS group", "region", { numbers: "version" }, "refresh", "result"],
    outcomes.map(({ subject: { name, autoScalingGroup, region }, value, error }) => [
      name,
      autoScalingGroup,
      region,
      value?.version ?? "-",
      value?.id ?? "-",
      error === undefined ? value.result : "failed",
    ]),
  );
  process.stdout.write(`${lines}\n`);
  showErrors(outcomes);
}
