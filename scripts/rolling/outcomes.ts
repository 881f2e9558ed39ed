import { ChainfleetError } from "../../components/error";
import { errorText } from "../terminal/error-layout";

/** What became of the work for one group, image or other subject. */
export type Outcome<Subject, Value> =
  | { readonly subject: Subject; readonly value: Value; readonly error?: undefined }
  | { readonly subject: Subject; readonly value?: undefined; readonly error: ChainfleetError };

/**
 * Does the work for all subjects at the same time and waits for the end of all of it, whether or not some of it fails.
 *
 * @param nameOf the subject in the message of an error that AWS or the network has caused.
 * @returns the outcomes in the order of the subjects.
 */
export async function forEach<Subject, Value>(
  subjects: readonly Subject[],
  nameOf: (subject: Subject) => string,
  work: (subject: Subject) => Promise<Value>,
): Promise<Outcome<Subject, Value>[]> {
  return Promise.all(
    subjects.map((subject) =>
      work(subject).then(
        (value) => ({ subject, value }),
        (error: unknown) => ({ subject, error: asChainfleetError(nameOf(subject), error) }),
      ),
    ),
  );
}

/** The exit code of a command: 1 if anything failed, else 0. */
export function exitCodeOf(outcomes: readonly Outcome<unknown, unknown>[]): number {
  return outcomes.some(({ error }) => error !== undefined) ? 1 : 0;
}

/** Prints each error on standard error, in the order of the outcomes. */
export function showErrors(outcomes: readonly Outcome<unknown, unknown>[]): void {
  for (const { error } of outcomes) {
    if (error !== undefined) {
      process.stderr.write(`${errorText(error, process.stderr)}\n`);
    }
  }
}

/** An error as a part of a command's JSON output. */
export function jsonOf({ code, summary, next }: ChainfleetError): object {
  return { code, summary, next };
}

/** Gives an error of an AWS SDK, of the network, or of this program itself, the form of all other errors. */
export function asChainfleetError(where: string, error: unknown): ChainfleetError {
  if (error instanceof ChainfleetError) {
    return error;
  }
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  if (isOfAws(error)) {
    return new ChainfleetError({
      code: "AWS_CALL_FAILED",
      summary: `${where}: ${message} (${name})`,
      next: "The credentials, their permissions and the network decide whether AWS answers. docs/rolling.md lists the permissions.",
      cause: error,
    });
  }
  return new ChainfleetError({
    code: "UNEXPECTED_ERROR",
    summary: `${where}: ${message}`,
    cause: error,
  });
}

/** The SDK adds `$metadata` to the errors of calls; missing credentials and regions are found before any call. */
function isOfAws(error: unknown): boolean {
  return (
    error instanceof Error &&
    ("$metadata" in error || "$fault" in error || /^(Credentials|Token)ProviderError$/.test(error.name))
  );
}
