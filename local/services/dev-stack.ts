import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../toolchain/lock";

/**
 * Makes the stack `dev` in the checkout's own state, once: elsewhere making a stack is its user's choice of a backend
 * and of what encrypts secrets, here both are given.
 *
 * @param environment in which the Pulumi CLI works on the local target.
 */
export async function makeDevStack(
  root: string,
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const file = join(root, ".chainfleet/state/.pulumi/stacks/chainfleet/dev.json");
  if (existsSync(file)) {
    return;
  }
  await withLock(file, async () => {
    if (!existsSync(file)) {
      await promisify(execFile)(
        "pulumi",
        ["stack", "init", "dev", "--no-select", "--non-interactive", "--cwd", root],
        { env: { ...process.env, ...environment } },
      );
    }
  });
}
