/** What a check found. `unknown` is a check that could not be made, which is no pass. */
export interface Verdict {
  readonly result: "ok" | "missing" | "unknown";
  /** What was found, or why the check could not be made. */
  readonly detail: string;
  /** What to do, as a sentence or a command. */
  readonly next?: string;
}

/** One look at what a run needs. Nothing is changed. */
export interface Check {
  /** @example "Azure: resource providers" */
  readonly name: string;
  /** Whether a run fails without. */
  readonly required: boolean;
  readonly look: () => Promise<Verdict>;
}

export const ok = (detail: string): Verdict => ({ result: "ok", detail });
export const missing = (detail: string, next?: string): Verdict => ({
  ...{ result: "missing", detail },
  ...(next === undefined ? {} : { next }),
});
export const unknown = (detail: string, next?: string): Verdict => ({
  ...{ result: "unknown", detail },
  ...(next === undefined ? {} : { next }),
});
