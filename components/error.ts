/**
 * An error meant for the person at the terminal: it is printed without a stack.
 *
 * `message` says what failed and where, `next` what to do about it.
 */
export class ChainfleetError extends Error {
  constructor(
    message: string,
    readonly next?: string,
    options?: { cause?: unknown },
  ) {
    super(next === undefined ? message : `${message}\n${next}`, options);
    this.name = "ChainfleetError";
  }
}
