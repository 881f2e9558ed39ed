import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createStack, hasStack, type StateAccess } from "../state/access";
import { earlierStack, retireEarlierStack } from "../state/earlier-stack";
import { withLock } from "../toolchain/lock";

/**
 * Creates a stack of this project in the state service unless the stack exists. A stack that this checkout kept in
 * files, before there was a state service, is taken over with its resources.
 *
 * @param name of a stack that has a config file. @example "dev"
 * @param environment the variables with which the Pulumi CLI works on the local target.
 */
export async function ensureStack(
  name: string,
  root: string,
  environment: Readonly<Record<string, string>> & StateAccess,
): Promise<void> {
  const stack = { project: PROJECT, name };
  if (await hasStack(environment, stack)) {
    return;
  }
  await withLock(join(root, ".chainfleet", "stacks", name), async () => {
    if (await hasStack(environment, stack)) {
      return;
    }
    const earlier = earlierStack(root, stack);
    if (earlier !== undefined) {
      await createStack(environment, stack, earlier);
      retireEarlierStack(root, stack);
      return;
    }
    // Without the option, a backend with an API would encrypt secrets itself, and the CLI would remove the salt of the
    // passphrase from the stack's config file.
    const provider = ["--secrets-provider", "passphrase"];
    await promisify(execFile)(
      "pulumi",
      ["stack", "init", name, ...provider, "--no-select", "--non-interactive", "--cwd", root],
      { env: { ...process.env, ...environment } },
    );
  });
}

/** The name in Pulumi.yaml. */
const PROJECT = "chainfleet";
