import { ChainfleetError } from "../../components/error";
import { checkConfig } from "../../stacks/config/check";
import { ConfigError } from "../../stacks/config/config-error";
import { stackFile, writtenConfig } from "../../stacks/config/written/written-config";
import type { Job } from "../run/job";

/** Finds what is wrong with the files of stacks, as `chainfleet check` does. */
export function checkStacks(): Job {
  return async (stacks) => ({
    failed: new Map(
      stacks.flatMap((stack) => {
        const problem = problemOf(stack);
        return problem === undefined ? [] : [[stack, problem] as const];
      }),
    ),
  });
}

function problemOf(stack: string): string | undefined {
  try {
    const findings = checkConfig(writtenConfig(stack));
    return findings.length === 0 ? undefined : new ConfigError(findings, stackFile(stack)).summary;
  } catch (error) {
    if (error instanceof ChainfleetError) {
      return error.summary;
    }
    throw error;
  }
}
