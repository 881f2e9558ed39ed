import { readdirSync } from "node:fs";
import { ChainfleetError } from "../../components/error";
import type { Finding } from "../../components/finding";
import { PROJECT_ROOT } from "../../components/root";
import { checkConfig } from "../../stacks/config/check";
import { ConfigError } from "../../stacks/config/config-error";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { stackFile, writtenConfig } from "../../stacks/config/written/written-config";
import { errorText } from "../terminal/error-layout";

/** What `chainfleet check` found in the file of one stack. */
export interface CheckedStack {
  readonly stack: string;
  readonly file: string;
  readonly valid: boolean;
  /** What is wrong with the config, by key without `chainfleet:`. */
  readonly findings: readonly Finding[];
  /** Present if the file is missing, cannot be read or is not YAML. */
  readonly error?: Pick<ChainfleetError, "code" | "summary" | "next">;
}

/**
 * Checks the files of stacks without the engine, a cloud or a secret's key, and prints what is wrong with them.
 *
 * @param stacks plain or full names; none means every stack that has a file.
 * @returns the exit code of the process: 1 if a file has a finding.
 */
export function check(stacks: readonly string[], { json }: { readonly json: boolean }): number {
  const checked = (stacks.length === 0 ? allStacks() : stacks).map(checkStack);
  if (json) {
    process.stdout.write(`${JSON.stringify({ stacks: checked.map(({ report: _, ...stack }) => stack) })}\n`);
  } else {
    for (const { report, file } of checked) {
      process.stdout.write(`${report ?? `${file} is valid.`}\n`);
    }
  }
  return checked.every(({ valid }) => valid) ? 0 : 1;
}

/**
 * The stacks that have a file; the stack of a single region is described by the file of its network. `Pulumi.<stack>.deploy.yaml`
 * has settings of Pulumi Deployments.
 */
function allStacks(): string[] {
  return readdirSync(PROJECT_ROOT)
    .flatMap((name) => /^Pulumi\.(.+)\.yaml$/.exec(name)?.[1] ?? [])
    .filter((stack) => shardNameOf(stack) === undefined && !stack.endsWith(".deploy"))
    .toSorted();
}

function checkStack(name: string): CheckedStack & { readonly report?: string } {
  const stack = shardNameOf(name)?.parent ?? name;
  const file = stackFile(stack);
  try {
    const findings = checkConfig(writtenConfig(stack));
    return findings.length === 0
      ? { stack, file, valid: true, findings }
      : { stack, file, valid: false, findings, report: textOf(new ConfigError(findings, file)) };
  } catch (error) {
    if (!(error instanceof ChainfleetError)) {
      throw error;
    }
    const { code, summary, next } = error;
    return {
      ...{ stack, file, valid: false, findings: [], report: textOf(error) },
      error: { code, summary, next },
    };
  }
}

function textOf(error: ChainfleetError): string {
  return errorText(error, process.stdout);
}
