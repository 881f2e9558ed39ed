import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { withLock } from "../toolchain/lock";

/**
 * Creates the stack `dev` in the checkout's state unless the stack exists. Other stacks are created by their users, who
 * choose a backend and a secrets provider; the local target determines both.
 *
 * @param environment the variables with which the Pulumi CLI works on the local target.
 */
export async function ensureDevStack(
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
