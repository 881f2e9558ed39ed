import { execFile, execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { RecordedStep } from "./recorded";

/** Terraform on the same graph. Times are seconds of real time. */
export interface TerraformFigures {
  /** @example "Terraform v1.11.4" */
  readonly version: string;
  readonly resources: number;
  readonly applySeconds: number;
  /** A plan that finds nothing to do. */
  readonly planSeconds: number;
}

/**
 * Applies the recorded graph with Terraform or OpenTofu: for each resource one that sleeps as long, with the same
 * dependencies, and as many operations at a time as here.
 *
 * @returns why there are no figures, if neither program is on the PATH.
 */
export async function terraform(
  steps: readonly RecordedStep[],
  parallel: number,
): Promise<TerraformFigures | string> {
  const program = ["terraform", "tofu"].find(isOnPath);
  if (program === undefined) {
    return "skipped: neither terraform nor tofu is on the PATH; see docs/scale.md";
  }
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-terraform-"));
  try {
    writeFileSync(join(folder, "main.tf.json"), JSON.stringify(terraformConfig(steps)));
    const run = async (...args: string[]) => {
      const started = performance.now();
      await promisify(execFile)(program, [...args, "-input=false", "-no-color"], {
        cwd: folder,
        env: { ...process.env, CHECKPOINT_DISABLE: "1" },
        maxBuffer: 2 ** 26,
      });
      return Math.round((performance.now() - started) / 10) / 100;
    };
    await run("init");
    const applySeconds = await run("apply", "-auto-approve", `-parallelism=${parallel}`);
    return {
      version: execFileSync(program, ["version"], { encoding: "utf8" }).split("\n")[0] ?? "",
      resources: steps.length,
      applySeconds,
      planSeconds: await run("plan", "-detailed-exitcode"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The graph as a config of Terraform. `terraform_data` is built in, so no plugin is downloaded. Its resources have one short input
 * each, so that Terraform writes a smaller state than it would for real resources.
 */
export function terraformConfig(steps: readonly RecordedStep[]): object {
  const address = (name: string) => `r_${name.replace(/\W/g, "_")}`;
  return {
    resource: {
      terraform_data: Object.fromEntries(
        steps.map(({ name, seconds, dependencies }) => [
          address(name),
          {
            input: name,
            depends_on: dependencies.map((one) => `terraform_data.${address(one)}`),
            provisioner: [{ "local-exec": { command: `sleep ${seconds.toFixed(3)}` } }],
          },
        ]),
      ),
    },
  };
}

function isOnPath(program: string): boolean {
  try {
    execFileSync(program, ["version"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}
