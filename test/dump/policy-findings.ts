import * as pulumi from "@pulumi/pulumi";
import { answerForAws } from "./aws-answers";
import { runWithoutCloud } from "./program";

/** What a rule says about a resource of a stack. */
export interface PolicyFinding {
  /** A mandatory finding fails a preview. */
  readonly level: "advisory" | "mandatory";
  readonly message: string;
}

/**
 * Runs the program of a stack without a cloud, as in the preview of the first `up`, and collects what the policies say.
 *
 * @param changes values that the config has in place of those in the file, by full key.
 */
export async function policyFindings(
  stack: string,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<PolicyFinding[]> {
  answerForAws();
  const findings: PolicyFinding[] = [];
  const collect = (level: PolicyFinding["level"]) => async (message: string) => {
    if (message.startsWith("POLICY_")) {
      findings.push({ level, message });
    }
  };
  Object.assign(pulumi.log, { warn: collect("advisory"), error: collect("mandatory") });
  await runWithoutCloud(stack, { isPreview: true }, changes);
  // The rules about a stack as a whole look at it when a program has registered everything, which is when a process ends.
  process.emit("beforeExit", 0);
  return findings;
}
