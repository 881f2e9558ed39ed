/**
 * An error of the simulated cloud's API, with the real cloud's code and message. The dialect of each cloud
 * (azure/dialect.ts, aws/dialect.ts) decides whether its client retries and how its official plugin prints the error.
 */
export class CloudError extends Error {
  /** The `Retry-After` header in simulated seconds, if the cloud sends one. */
  readonly retryAfterSeconds: number | undefined;
  /** True for an injected error that the client must not retry, so that the error reaches the user. */
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
