/** What the API server answered instead of doing what was asked (a `Status` object). */
export class ApiError extends Error {
  constructor(
    /** HTTP status. */
    readonly code: number,
    /** `NotFound`, `Conflict`, `Invalid`, …; empty if the answer was no Status. */
    readonly reason: string,
    message: string,
    /** What the error is about: for a missing namespace `{kind: "namespaces", name}`. */
    readonly details: { readonly kind?: string; readonly name?: string } = {},
    /** Seconds to wait before asking again, for 429 and 503. */
    readonly retryAfterSeconds?: number,
  ) {
    super(message);
    this.name = "ApiError";
  }
}

/** The API server could not be talked to at all: a network, certificate or credential problem. */
export class Unreachable extends Error {
  constructor(server: string, cause: unknown) {
    super(`${server}: ${reason(cause)}`, { cause });
    this.name = "Unreachable";
  }
}

export function isNotFound(error: unknown): error is ApiError {
  return error instanceof ApiError && error.code === 404;
}

/** The error's own words; Node's errors for several addresses have none of their own. */
export function reason(cause: unknown): string {
  if (cause instanceof AggregateError && cause.message === "") {
    return cause.errors.map(reason).join("; ");
  }
  return cause instanceof Error ? cause.message : String(cause);
}
