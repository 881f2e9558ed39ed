import { existsSync, readFileSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { z } from "zod";
import { writeAtomically } from "../resources/store";
import { FaultSchedule, matchesGlob } from "./fault-schedule";

const pattern = z.string().min(1);

/** The operations of a request. An `invoke` is a function of a provider. */
const OPERATIONS = ["create", "read", "update", "delete", "invoke"] as const;

const faultFields = z.strictObject({
  match: z
    .strictObject({
      urn: pattern.optional(),
      type: pattern.optional(),
      name: pattern.optional(),
      location: pattern.optional(),
      operation: pattern
        .refine((glob) => matchesGlob(glob, OPERATIONS), `matches none of ${OPERATIONS.join(", ")}`)
        .optional(),
    })
    .describe("globs (* and ?) that must all match; name matches the program's or the cloud's name"),
  action: z.enum(["throttle", "error", "hang", "created-but-504", "crash"]),
  code: z.string().optional(),
  message: z.string().optional(),
  times: z
    .int()
    .positive()
    .optional()
    .describe("how often to inject the fault at most; without limit when absent"),
  afterSeconds: z
    .number()
    .nonnegative()
    .optional()
    .describe(
      "simulated seconds after the cloud accepted the request; when absent, the request is not accepted",
    ),
  probability: z.number().gt(0).max(1).optional(),
});

const fault = faultFields.refine(
  ({ action, afterSeconds, code, message }) =>
    (code ?? message) === undefined || hasError(action, afterSeconds),
  "code and message belong to error and created-but-504, and to throttle with afterSeconds",
);

/** A refused request with `throttle` has the error of its cloud's rate limit; `hang` and `crash` never answer. */
function hasError(action: z.infer<typeof faultFields>["action"], afterSeconds: number | undefined): boolean {
  return (
    action === "error" ||
    action === "created-but-504" ||
    (action === "throttle" && afterSeconds !== undefined)
  );
}

const script = z.strictObject({ seed: z.int().default(0), faults: z.array(fault) });

/** One fault of the script. */
export type Fault = z.infer<typeof fault>;
export type FaultScript = z.infer<typeof script>;

/** The request that a fault's `match` is compared with. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  /** The resource's names in the program and in the cloud. */
  readonly names: readonly string[];
  readonly location: string;
  readonly operation: (typeof OPERATIONS)[number];
}

/** The script of faults to inject and the number of times each fault was injected; both survive a restart. */
export class Faults {
  #script: FaultScript = { seed: 0, faults: [] };
  #schedule = new FaultSchedule<Fault>([], 0);

  /** @param path `faults.json` in the state directory; the file may also hold a bare script without counts */
  constructor(readonly path: string) {
    if (existsSync(path)) {
      const saved = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      const { met, drawn, ...unchecked } = saved;
      this.#script = parse(unchecked);
      const counted = { met: counts(met), drawn: counts(drawn) };
      this.#schedule = new FaultSchedule(this.#script.faults, this.#script.seed, counted);
    }
  }

  /** The script with `met`: the number of times each fault was injected. */
  report(): FaultScript & { readonly met: readonly number[] } {
    return { ...this.#script, met: this.#schedule.counts.met };
  }

  /** Replaces the script and resets the counts. Throws an Error that lists every mistake in an invalid script. */
  set(unchecked: unknown): void {
    this.#script = parse(unchecked);
    this.#schedule = new FaultSchedule(this.#script.faults, this.#script.seed);
    this.#save();
  }

  /** Returns the first fault that matches and is due, and counts the fault as injected. */
  meet(target: Target): Fault | undefined {
    const before = this.#schedule.counts;
    const fault = this.#schedule.meet((candidate) => matchesAll(candidate, target));
    if (!isDeepStrictEqual(this.#schedule.counts, before)) {
      this.#save();
    }
    return fault;
  }

  #save(): void {
    const saved = { ...this.#script, ...this.#schedule.counts };
    writeAtomically(this.path, JSON.stringify(saved, undefined, 2));
  }
}

function parse(unchecked: unknown): FaultScript {
  const result = script.safeParse(Array.isArray(unchecked) ? { faults: unchecked } : unchecked);
  if (!result.success) {
    throw new Error(`the fault script is not valid:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}

function counts(saved: unknown): number[] {
  return Array.isArray(saved) ? saved.map(Number) : [];
}

function matchesAll({ match }: Fault, target: Target): boolean {
  return (
    matchesGlob(match.urn, [target.urn]) &&
    matchesGlob(match.type, [target.type]) &&
    matchesGlob(match.name, target.names) &&
    matchesGlob(match.location, [target.location]) &&
    matchesGlob(match.operation, [target.operation])
  );
}
