import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { fraction } from "./random";
import { writeAtomically } from "./store";

const pattern = z.string().min(1);

const fault = z.strictObject({
  match: z
    .strictObject({
      urn: pattern.optional(),
      type: pattern.optional(),
      name: pattern.optional(),
      location: pattern.optional(),
      operation: pattern.optional(),
    })
    .describe("globs (* and ?), all of which must fit; name is the program's or the cloud's name"),
  action: z.enum(["throttle", "error", "hang", "created-but-504", "crash"]),
  code: z.string().optional(),
  message: z.string().optional(),
  times: z.int().positive().optional().describe("how often at most; for good when absent"),
  afterSeconds: z
    .number()
    .nonnegative()
    .optional()
    .describe("simulated seconds after the request was accepted; when absent it is not accepted"),
  probability: z.number().gt(0).max(1).optional(),
});

const script = z.strictObject({ seed: z.int().default(0), faults: z.array(fault) });

/** One line of the fault script. */
export type Fault = z.infer<typeof fault>;
export type FaultScript = z.infer<typeof script>;

/** What is being done, for a fault's `match`. */
export interface Target {
  readonly urn: string;
  readonly type: string;
  /** The program's name and the cloud's. */
  readonly names: readonly string[];
  readonly location: string;
  readonly operation: "create" | "read" | "update" | "delete" | "invoke";
}

/** The script of faults to inject, with how often each was met; both survive a restart. */
export class Faults {
  #script: FaultScript = { seed: 0, faults: [] };
  #met: number[] = [];
  #drawn: number[] = [];

  /** @param path `faults.json` in the state directory; a bare script, as a person would write it, will do */
  constructor(readonly path: string) {
    if (existsSync(path)) {
      const kept = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      const { met, drawn, ...rest } = kept;
      this.#script = parse(rest);
      this.#met = counts(met);
      this.#drawn = counts(drawn);
    }
  }

  /** The script with `met`: how often each fault has been met. */
  report(): FaultScript & { readonly met: readonly number[] } {
    return { ...this.#script, met: this.#script.faults.map((_, i) => this.#met[i] ?? 0) };
  }

  /** Replaces the script and forgets how often faults were met. Throws an Error that names every mistake in it. */
  set(unchecked: unknown): void {
    this.#script = parse(unchecked);
    this.#met = [];
    this.#drawn = [];
    this.#save();
  }

  /** The first fault that fits and is due, counted as met. */
  meet(target: Target): Fault | undefined {
    for (const [i, candidate] of this.#script.faults.entries()) {
      const left = (candidate.times ?? Number.POSITIVE_INFINITY) - (this.#met[i] ?? 0);
      if (left <= 0 || !fits(candidate, target)) {
        continue;
      }
      const draw = this.#drawn[i] ?? 0;
      this.#drawn[i] = draw + 1;
      if (fraction(this.#script.seed, i, draw) < (candidate.probability ?? 1)) {
        this.#met[i] = (this.#met[i] ?? 0) + 1;
        this.#save();
        return candidate;
      }
      this.#save();
    }
    return undefined;
  }

  #save(): void {
    const fill = (numbers: readonly number[]) => this.#script.faults.map((_, i) => numbers[i] ?? 0);
    const kept = { ...this.#script, met: fill(this.#met), drawn: fill(this.#drawn) };
    writeAtomically(this.path, JSON.stringify(kept, undefined, 2));
  }
}

function parse(unchecked: unknown): FaultScript {
  const result = script.safeParse(Array.isArray(unchecked) ? { faults: unchecked } : unchecked);
  if (!result.success) {
    throw new Error(`the fault script is not valid:\n${z.prettifyError(result.error)}`);
  }
  return result.data;
}

function counts(kept: unknown): number[] {
  return Array.isArray(kept) ? kept.map(Number) : [];
}

function fits({ match }: Fault, target: Target): boolean {
  return (
    matches(match.urn, [target.urn]) &&
    matches(match.type, [target.type]) &&
    matches(match.name, target.names) &&
    matches(match.location, [target.location]) &&
    matches(match.operation, [target.operation])
  );
}

function matches(glob: string | undefined, texts: readonly string[]): boolean {
  if (glob === undefined) {
    return true;
  }
  const escaped = glob
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  const expression = new RegExp(`^${escaped}$`, "is");
  return texts.some((text) => expression.test(text));
}
