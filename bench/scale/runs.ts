import type { Summary } from "../../scripts/run/summary";
import type { Checkout } from "../../test/support/checkout";
import type { RunningCommand } from "../../test/support/command";
import { summaryIn } from "../../test/support/summary-output";
import { type PeakMemory, watchMemory } from "./memory";

/** A command that has succeeded. Times are seconds of real time. */
export interface MeasuredCommand {
  readonly seconds: number;
  readonly peakMiB: PeakMemory;
}

/** A run of the `chainfleet` command. */
export interface MeasuredRun extends MeasuredCommand {
  readonly criticalPathSeconds: number;
  /** The number of resources that the run created or deleted, or left as they were. */
  readonly resources: number;
  /** The calls that the simulated clouds refused with status 429 during the run. */
  readonly throttles: number;
}

/** Runs `chainfleet up` or `down`. @param options of the command. @throws Error if the command fails. */
export async function run(
  checkout: Checkout,
  command: "up" | "down",
  options: readonly string[] = [],
): Promise<MeasuredRun> {
  const throttlesBefore = await throttles(checkout);
  const yes = command === "down" ? ["--yes"] : [];
  let summary: Summary | undefined;
  const measured = await measure(
    checkout.chainfleet(command, "--stack", "dev", "--json", ...yes, ...options),
    (result) => {
      summary = summaryIn(result);
    },
  );
  const { create = 0, delete: deleted = 0, same = 0 } = summary?.changes ?? {};
  return {
    ...measured,
    criticalPathSeconds: summary?.criticalPathSeconds ?? 0,
    resources: create + deleted + same,
    throttles: (await throttles(checkout)) - throttlesBefore,
  };
}

/** Runs `pulumi preview`. */
export function preview(checkout: Checkout): Promise<MeasuredCommand> {
  return measure(checkout.pulumi("preview", "--suppress-outputs"));
}

async function measure(
  { child, finished }: RunningCommand,
  read: (result: Awaited<RunningCommand["finished"]>) => void = () => {},
): Promise<MeasuredCommand> {
  const started = performance.now();
  const memory = watchMemory(child.pid ?? 0);
  const result = await finished;
  const seconds = (performance.now() - started) / 1000;
  const peakMiB = memory();
  if (result.code !== 0) {
    throw new Error(`${child.spawnargs.join(" ")} failed:\n${result.output}`);
  }
  read(result);
  return { seconds: rounded(seconds), peakMiB };
}

/** The calls that the simulated clouds have refused with status 429 since they were started. */
async function throttles(checkout: Checkout): Promise<number> {
  const { total } = await checkout.cloudStatistics();
  return total.throttles;
}

export function rounded(number: number): number {
  return Math.round(number * 100) / 100;
}
