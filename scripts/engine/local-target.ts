import { ChainfleetError } from "../../components/error";

/**
 * Makes sure that the simulated clouds answer, if this shell works on them: plugins that nobody answers take a quarter
 * of a minute to say so, each in its own words.
 *
 * @throws ChainfleetError
 */
export async function requireLocalTarget(): Promise<void> {
  const control = process.env.CHAINFLEET_LOCAL_CLOUD_CONTROL;
  if (control === undefined) {
    return;
  }
  try {
    await fetch(control, { signal: AbortSignal.timeout(5000) });
  } catch (cause) {
    throw new ChainfleetError({
      code: "TODO",
      summary: "This shell works on the local target, and that is not running. Nothing was changed.",
      next: 'Start it: make up, or eval "$(make -s env)". For real clouds use another shell.',
      cause,
    });
  }
}
