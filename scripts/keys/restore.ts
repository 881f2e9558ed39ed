import { readFileSync } from "node:fs";
import { ChainfleetError } from "../../components/error";
import { decryptBackup } from "./backup-file";
import { type RecoverOptions, recoverKeys } from "./recover-keys";

/** The options of `chainfleet keys restore`. */
export interface RestoreOptions extends Omit<RecoverOptions, "backup"> {
  /** The path of the backup. */
  readonly file: string;
  /** The path of the file with the secret key of age. */
  readonly identity: string;
}

/**
 * `chainfleet keys restore`: as `chainfleet recover keys`, with a backup for what the clusters do not have.
 *
 * @returns the exit code of the process.
 * @throws ChainfleetError `FILE_UNREADABLE`, `BACKUP_UNREADABLE`, and as `recoverKeys` does.
 */
export async function restore({ file, identity, ...options }: RestoreOptions): Promise<number> {
  const backup = await decryptBackup(read(file), read(identity));
  return recoverKeys({ ...options, backup });
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ChainfleetError({
      code: "FILE_UNREADABLE",
      summary: `The file ${file} cannot be read: ${(cause as Error).message}. Nothing was changed.`,
      cause,
    });
  }
}
