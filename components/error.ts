/** The content of a ChainfleetError. */
export interface ErrorReport {
  /** The kind of failure, in capitals, for scripts, searches and tests. @example "SENDER_CANNOT_PAY" */
  readonly code: Uppercase<string>;
  /** What failed, where (chain, region, resource, file or key) and why, in full sentences. */
  readonly summary: string;
  /** What the user can do next, in full sentences. */
  readonly next?: string | undefined;
  /** The error that caused the failure. It appears only in stack traces. */
  readonly cause?: unknown;
}

/**
 * An error that is meant for the user. It is shown without a stack trace.
 *
 * A kind of failure on which a caller's decision depends has a subclass.
 */
export class ChainfleetError extends Error implements ErrorReport {
  readonly code: Uppercase<string>;
  readonly summary: string;
  readonly next: string | undefined;

  constructor({ code, summary, next, cause }: ErrorReport) {
    // The engine shows only the message of a provider's error, so the message contains the whole report.
    super([`${code}: ${summary}`, ...(next === undefined ? [] : [next])].join("\n"), { cause });
    this.name = "ChainfleetError";
    this.code = code;
    this.summary = summary;
    this.next = next;
  }
}
