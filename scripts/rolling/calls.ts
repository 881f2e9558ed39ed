import { exitCodeOf, jsonOf, type Outcome, showErrors } from "./outcomes";

/** A call to AWS that a command would send. */
export interface PlannedCall {
  readonly region: string;
  /** The service and the call, as a permission in IAM names it. @example "ec2:RunInstances" */
  readonly call: `${"ec2" | "autoscaling"}:${string}`;
  /** The parameters of the call. A value that is not known before the call is described in parentheses. */
  readonly input: object;
}

/** One line for each call. @example "eu-west-1 ec2:StopInstances {"InstanceIds":["i-0a…"]}" */
export function callLines(calls: readonly PlannedCall[]): string {
  return calls.length === 0
    ? "No call would be sent."
    : calls.map(({ region, call, input }) => `${region} ${call} ${JSON.stringify(input)}`).join("\n");
}

/**
 * Prints the calls that a command would send, and the reasons why some of them are not known.
 *
 * @returns the exit code of the process: 1 if calls are not known, else 0.
 */
export function showCalls(
  outcomes: readonly Outcome<unknown, readonly PlannedCall[]>[],
  { json }: { readonly json: boolean },
): number {
  const calls = outcomes.flatMap(({ value = [] }) => value);
  if (json) {
    const errors = outcomes.flatMap(({ error }) => (error === undefined ? [] : [jsonOf(error)]));
    process.stdout.write(`${JSON.stringify({ calls, ...(errors.length === 0 ? {} : { errors }) })}\n`);
  } else {
    process.stdout.write(`${callLines(calls)}\n`);
    showErrors(outcomes);
  }
  return exitCodeOf(outcomes);
}
