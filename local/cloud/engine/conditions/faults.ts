import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { fraction } from "../resources/random";
import { writeAtomically } from "../resources/store";

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
  readonly operation: "create" | "read" | "update" | "delete" | "invoke";
}

/** The script of faults to inject and the number of times each fault was injected; both survive a restart. */
export class Faults {
  #script: FaultScript = { seed: 0, faults: [] };
  #met: number[] = [];
  #drawn: number[] = [];

  /** @param path `faults.json` in the state directory; the file may also hold a bare script without counts */
  constructor(readonly path: string) {
    if (existsSync(path)) {
      const saved = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      const { met, drawn, ...unchecked } = saved;
      this.#script = parse(unchecked);
      this.#met = counts(met);
      this.#drawn = counts(drawn);
    }
  }

  /** The script with `met`: the number of times each fault was injected. */
  report(): FaultScript & { readonly met: readonly number[] } {
    return { ...this.#script, met: this.#script.faults.map((_, i) => this.#met[i] ?? 0) };
  }

  /** Replaces the script and resets the counts. Throws an Error that lists every mistake in an invalid script. */
  set(unchecked: unknown): void {
    this.#script = parse(unchecked);
    this.#met = [];
    this.#drawn = [];
    this.#save();
  }

  /** Returns the first fault that matches and is due, and counts the fault as injected. */
  meet(target: Target): Fault | undefined {
    for (const [i, candidate] of this.#script.faults.entries()) {
      const remaining = (candidate.times ?? Number.POSITIVE_INFINITY) - (this.#met[i] ?? 0);
      if (remaining <= 0 || !matchesAll(candidate, target)) {
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
    const saved = { ...this.#script, met: fill(this.#met), drawn: fill(this.#drawn) };
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
