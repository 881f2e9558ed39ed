/**
 * A refusal by the simulated cloud, in the cloud's own terms. The dialect of each cloud (azure/dialect.ts,
 * aws/dialect.ts) decides whether its client retries it, and words it as the official plugin would.
 */
export class CloudError extends Error {
  /** Set when the cloud says how long to wait: the `Retry-After` header, in simulated seconds. */
  readonly retryAfterSeconds: number | undefined;
  /** True when an injected fault is to reach the user whatever the client would have retried. */
  readonly final: boolean;

  /** @param status the HTTP status */
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    options: { readonly retryAfterSeconds?: number; readonly final?: boolean } = {},
  ) {
    super(`${code}: ${detail}`);
    this.name = "CloudError";
    this.retryAfterSeconds = options.retryAfterSeconds;
    this.final = options.final ?? false;
  }
}
