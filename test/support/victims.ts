import { expect } from "vitest";
import { recordCommandLines } from "./processes";

/** The command lines of the processes of a run that tests kill. Their pids change with each run. */
/** The program: `chainfleet up` starts it before the engine, any other engine runs the SDK's module. */
export const PROGRAM = /scripts\/engine\/program\/ahead\.js|@pulumi\/pulumi\/cmd\/run[ /]/;
export const DYNAMIC_PROVIDERS = /\/pulumi-resource-pulumi-nodejs /;

/**
 * Does a run that nobody disturbs, and checks that each pattern matches a process of this time: a pattern that matches none
 * would make a test of kills pass without a kill.
 */
export async function withEachVictim<Result>(
  patterns: readonly RegExp[],
  run: () => Promise<Result>,
): Promise<Result> {
  const seen = recordCommandLines();
  const result = await run();
  const commands = seen();
  const unseen = patterns.filter((pattern) => !commands.some((command) => pattern.test(command)));
  expect(unseen, "patterns that match no process of an undisturbed run").toEqual([]);
  return result;
}
