/**
 * The error of a creation that made something and then failed. Pulumi keeps a resource whose provider throws an error with
 * an id and properties in the state, and calls `update` in the next run.
 */
export class PartialCreation extends Error {
  readonly reasons: readonly string[];

  constructor(
    readonly id: string,
    readonly properties: object,
    cause: unknown,
  ) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    super(reason, { cause });
    this.reasons = [reason];
  }
}
