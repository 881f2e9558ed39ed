import { z } from "zod";
import { FaultSchedule, matchesGlob } from "../../cloud/engine/conditions/fault-schedule";

const pattern = z.string().min(1);

const fault = z
  .strictObject({
    match: z
      .strictObject({
        action: pattern.optional(),
        region: pattern.optional(),
        name: pattern.optional(),
      })
      .describe("globs (* and ?) that must all match; name matches any name or id in the request"),
    action: z.enum(["throttle", "error", "hang", "crash-after"]),
    code: z.string().optional(),
    message: z.string().optional(),
    status: z.int().min(400).max(599).optional(),
    times: z
      .int()
      .positive()
      .optional()
      .describe("how often to inject the fault at most; without limit when absent"),
    probability: z.number().gt(0).max(1).optional(),
  })
  .refine(
    ({ action, code }) => (action === "error") === (code !== undefined),
    "code belongs to the action error",
  );

const script = z.strictObject({ seed: z.int().default(0), faults: z.array(fault) });

export type Fault = z.infer<typeof fault>;
export type FaultScript = z.infer<typeof script>;

/** What a fault's `match` is compared with: a request, or the launch of an instance by a group (`Launch`). */
export interface FaultTarget {
  readonly action: string;
  readonly region: string;
  /** Names and ids in the request. */
  readonly names: readonly string[];
}

/**
 * The script of faults to inject, and the number of times each was injected:
 *
 * - `throttle`: the request is refused as one above the rate limit
 * - `error`: the request is refused with `code`, `message` and `status` (400 if absent)
 * - `hang`: the request is never answered
 * - `crash-after`: the request is done, and its connection is cut without an answer
 *
 * A group's launches of instances match as the action `Launch` with the group's name; only `error` applies to them.
 */
export class Faults {
  #script: FaultScript = { seed: 0, faults: [] };
  #schedule = new FaultSchedule<Fault>([], 0);

  report(): FaultScript & { readonly met: readonly number[] } {
    return { ...this.#script, met: this.#schedule.counts.met };
  }

  /** Replaces the script and resets the counts. Throws an Error that lists every mistake in an invalid script. */
  set(unchecked: unknown): void {
    const result = script.safeParse(Array.isArray(unchecked) ? { faults: unchecked } : unchecked);
    if (!result.success) {
      throw new Error(`the fault script is not valid:\n${z.prettifyError(result.error)}`);
    }
    this.#script = result.data;
    this.#schedule = new FaultSchedule(result.data.faults, result.data.seed);
  }

  /** Returns the first fault that matches and is due, and counts the fault as injected. */
  meet(target: FaultTarget): Fault | undefined {
    return this.#schedule.meet((fault) => matchesAll(fault, target));
  }
}

function matchesAll({ match }: Fault, target: FaultTarget): boolean {
  return (
    matchesGlob(match.action, [target.action]) &&
    matchesGlob(match.region, [target.region]) &&
    matchesGlob(match.name, target.names)
  );
}
