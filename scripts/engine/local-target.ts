import { ChainfleetError } from "../../components/error";

/**
 * Checks that the local target answers, if this shell uses the local target. Without this check each plugin would
 * wait a quarter of a minute and then report the missing connection in its own words.
 *
 * `CHAINFLEET_LOCAL_TARGET` is a URL that answers while the local target runs. A shell for real clouds does not set it.
 *
 * @throws ChainfleetError `LOCAL_TARGET_NOT_RUNNING` if the variable is set and nothing answers.
 */
export async function requireLocalTarget(): Promise<void> {
  const url = process.env.CHAINFLEET_LOCAL_TARGET;
  if (url === undefined) {
    return;
  }
  try {
    await fetch(url, { signal: AbortSignal.timeout(5000) });
  } catch (cause) {
    throw new ChainfleetError({
      code: "LOCAL_TARGET_NOT_RUNNING",
      summary: "This shell uses the local target, but the local target is not running. Nothing was changed.",
      next: 'Start the local target with make up, or with eval "$(make -s env)". For real clouds, use another shell.',
      cause,
    });
  }
}

/**
 * A sentence that says how to use the local target, as a list of lines. Empty in a shell that uses the local target
 * already.
 */
export function localTargetHint(): string[] {
  return process.env.CHAINFLEET_LOCAL_TARGET === undefined
    ? [
        'To use the dev stack on the local target, run make up, or prepare this shell with eval "$(make -s env)".',
      ]
    : [];
}
