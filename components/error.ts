/** What a ChainfleetError tells the person at the terminal. */
export interface ErrorReport {
  /** Names the kind of failure, in capitals: for scripts, searches and tests. @example "SENDER_CANNOT_PAY" */
  readonly code: Uppercase<string>;
  /** What failed, where and why: the chain, region, resource, file or key, in full sentences. */
  readonly summary: string;
  /** What the person can do next. */
  readonly next?: string | undefined;
  /** The error behind this one; kept for a stack trace, never shown by itself. */
  readonly cause?: unknown;
}

/**
 * An error that is meant for the person at the terminal. Whoever shows the error shows it without a stack trace.
 *
 * Where a caller has to decide by the kind of failure, the failure is a subclass.
 */
export class ChainfleetError extends Error implements ErrorReport {
  readonly code: Uppercase<string>;
  readonly summary: string;
  readonly next: string | undefined;

  constructor({ code, summary, next, cause }: ErrorReport) {
    // The engine hands on the message of a provider's error and nothing else, so everything is in the message.
    super([`${code}: ${summary}`, ...(next === undefined ? [] : [next])].join("\n"), { cause });
    this.name = "ChainfleetError";
    this.code = code;
    this.summary = summary;
    this.next = next;
  }
}
