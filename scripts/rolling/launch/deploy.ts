import { ChainfleetError } from "../../../components/error";
import { deployScript } from "../../../components/rolling/instance/deploy-script";
import type { PlannedImage } from "../../../components/rolling/plan/plan";
import { type DeployStep, type Release, stepsFor } from "../../../components/rolling/plan/release";
import { untilSshAnswers } from "../../../components/rolling/ssh/host-key";
import { runCommand } from "../../../components/rolling/ssh/run-command";
import { readPrivateKey } from "../../../stacks/config/rolling/release-settings";
import type { RollingConfig } from "../../../stacks/config/rolling/rolling-schema";

/** How the instances are reached. */
export interface SshAccess {
  readonly user: string;
  readonly port: number;
  readonly privateKey: string | undefined;
  readonly budgetSeconds: number;
}

/** @throws ChainfleetError SSH_KEY_UNREADABLE. */
export function sshAccess({ privateKeyFile, ...ssh }: RollingConfig["ssh"]): SshAccess {
  return { ...ssh, privateKey: privateKeyFile === undefined ? undefined : readPrivateKey(privateKeyFile) };
}

/** What is deployed, and where. */
export interface Deployment {
  readonly image: PlannedImage;
  readonly host: string;
  readonly release: Release;
  readonly steps: readonly DeployStep[];
}

/**
 * Runs the deploy steps on an instance one after another, as a release does. The host key of the server's first answer is
 * recorded, and every step checks it.
 *
 * @param say receives each line of a step's output, after the step's name.
 * @throws ChainfleetError DEPLOY_STEP_FAILED at the first step that fails, or SSH_UNREACHABLE.
 */
export async function deployOn(
  { image, host, release, steps }: Deployment,
  { user, port, privateKey, budgetSeconds }: SshAccess,
  say: (line: string) => void,
): Promise<void> {
  const hostKey = await untilSshAnswers({ host, port }, budgetSeconds);
  for (const step of stepsFor(steps, image.roles)) {
    say(`${step.name}: begins`);
    const script = deployScript(step, release, image.roles);
    await runCommand({ host, port, user, privateKey, hostKey }, script, (line) =>
      say(`${step.name}: ${line}`),
    ).catch((error: ChainfleetError) => {
      throw new ChainfleetError({
        code: "DEPLOY_STEP_FAILED",
        summary: `${image.key}: step ${step.name} failed; later steps were not run. ${error.summary}`,
        next: [
          ...(error.next === undefined ? [] : [error.next]),
          "The instance stays, so that you can look at it.",
        ].join(" "),
        cause: error,
      });
    });
  }
}
