import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { FAILURE_KINDS } from "../../../components/governor/failure";
import { WAIT_KINDS, WAITS_FILE, type Wait, type WaitKind } from "../../../components/governor/waits";
import type { TimedStep } from "./timed-steps";

const waitSchema: z.ZodType<Wait> = z.object({
  at: z.number(),
  seconds: z.number().nonnegative(),
  urn: z.string(),
  kind: z.enum(WAIT_KINDS),
  failure: z.enum(FAILURE_KINDS).optional(),
  reason: z.string().default(""),
});

/** The waits of a run. A line that is no wait is left out: the program may have been killed while it wrote the line. */
export function readWaits(directory: string): Wait[] {
  const file = join(directory, WAITS_FILE);
  return existsSync(file) ? parseWaits(readFileSync(file, "utf8")) : [];
}

/** Parses the text of `waits.jsonl`. */
export function parseWaits(text: string): Wait[] {
  return text.split("\n").flatMap((line) => {
    try {
      const { success, data } = waitSchema.safeParse(JSON.parse(line));
      return success ? [data] : [];
    } catch {
      return [];
    }
  });
}

/** The part of a wait that lies inside a step; both times are in seconds since the start of the run. */
export interface WaitOfStep {
  readonly kind: WaitKind;
  readonly reason: string;
  readonly started: number;
  readonly ended: number;
}

/**
 * The waits inside each step, in the order of the steps.
 *
 * @param startedAt the start of the run, in milliseconds since the epoch.
 * @param endedAt the end of the run, in seconds since its start, where the steps end that did not end.
 */
export function waitsBySteps(
  steps: readonly TimedStep[],
  waits: readonly Wait[],
  { startedAt, endedAt }: { readonly startedAt: number; readonly endedAt: number },
): WaitOfStep[][] {
  const byUrn = new Map<string, Wait[]>();
  for (const wait of waits) {
    byUrn.set(wait.urn, [...(byUrn.get(wait.urn) ?? []), wait]);
  }
  return steps.map(({ urn, started, ended = endedAt }) =>
    (byUrn.get(urn) ?? [])
      .map(({ at, seconds, kind, reason }) => {
        const begin = (at - startedAt) / 1000;
        return {
          kind,
          reason,
          started: Math.max(started, begin),
          ended: Math.min(ended, begin + seconds),
        };
      })
      .filter((wait) => wait.ended > wait.started)
      .sort((a, b) => a.started - b.started),
  );
}

/** How long a step waited, in seconds. Waits at the same time count once. */
export function waitedSeconds(waits: readonly Pick<WaitOfStep, "started" | "ended">[]): number {
  let total = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const { started, ended } of [...waits].sort((a, b) => a.started - b.started)) {
    total += Math.max(0, ended - Math.max(started, until));
    until = Math.max(until, ended);
  }
  return total;
}
