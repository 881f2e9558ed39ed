/** What a job may use. */
export interface JobContext {
  /** Aborted when the run is stopped. */
  readonly signal: AbortSignal;
  /** The file that takes the output of the job. */
  readonly log: string;
}

/**
 * The work of a task.
 *
 * @param parts the affected parts, at least one.
 * @returns the parts that failed; undefined if all succeeded.
 * @throws JobUnavailable if this machine cannot do the work.
 * @throws if the work failed without telling for which parts; then none has succeeded.
 */
export type Job = (parts: readonly string[], context: JobContext) => Promise<FailedParts | undefined>;

/** The parts of a task that failed although others succeeded. */
export interface FailedParts {
  /** Why, by the name of the part. */
  readonly failed: ReadonlyMap<string, string>;
}

/**
 * Work that this machine cannot do, because something has to be installed first. The task is skipped, which is told, and does not
 * fail the run. The message says what to do.
 */
export class JobUnavailable extends Error {
  override readonly name = "JobUnavailable";
}
