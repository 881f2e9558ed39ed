import { readFileSync } from "node:fs";
import { expandVariables } from "../../../components/environment";
import { ChainfleetError } from "../../../components/error";
import { filePath } from "../../../components/file-path";
import { type Release, releaseId } from "../../../components/rolling/plan/release";
import type { RollingConfig } from "./rolling-schema";

/** The release that a config describes. @param stack the project and the name of the stack. */
export function releaseOf({ name, revision, deploy }: RollingConfig, stack: string): Release {
  return { stack, name, revision, id: releaseId(revision, deploy) };
}

/**
 * Reads the private key of the instances' user.
 *
 * @param configured the path in the config.
 * @throws ChainfleetError SSH_KEY_UNREADABLE. The message never contains the content of the file.
 */
export function readPrivateKey(configured: string): string {
  const path = filePath(expandVariables(configured));
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    throw new ChainfleetError({
      code: "SSH_KEY_UNREADABLE",
      summary: `rolling.ssh.privateKeyFile is ${configured}, which cannot be read: ${(error as Error).message}`,
      next: "Nothing was changed. Name the file with the private key of the instances' user, or leave the key out to use the keys of the SSH agent.",
      cause: error,
    });
  }
}
