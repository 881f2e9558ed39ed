import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "./command";

/**
 * Asks clouds through the engine, with the same plugins and credentials as a run. The questions are the invokes of a program
 * that is previewed in a temporary backend.
 *
 * @param ask makes the providers, whose settings are arguments, so that no secret among them is written into the backend.
 */
export async function askThroughEngine<Answer>(
  command: EngineCommand,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const backend = mkdtempSync(join(tmpdir(), "chainfleet-lookup-"));
  const answers: Answer[] = [];
  const program = async () => {
    answers.push(await ask());
  };
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: "lookup", projectName: "chainfleet-lookup", program },
      {
        workDir: backend,
        pulumiCommand: command.automation(),
        envVars: { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "lookup" },
      },
    );
    await stack.preview();
  } finally {
    rmSync(backend, { recursive: true, force: true });
  }
  if (answers.length === 0) {
    throw new Error("the preview of the questions to the clouds ended without their answers");
  }
  return answers[0] as Answer;
}
