import { writeFileSync } from "node:fs";
import { ChainfleetError } from "../../components/error";
import { EngineCommand } from "../engine/command";
import { targetLine } from "../engine/local-target";
import { backupOf, encryptBackup } from "./backup-file";
import { findNetwork } from "./lost-network";
import { holdingsOf, type KeysOptions, networkConfig, requireNone } from "./network-in-clusters";

/** The options of `chainfleet keys backup`. */
export interface BackupOptions extends KeysOptions {
  /** The path of the file to be written. */
  readonly file: string;
  /** The public keys of age for which the file is encrypted. */
  readonly recipient: readonly string[];
}

/**
 * `chainfleet keys backup`: saves the validators' keys and the genesis, as the clusters have them, in an encrypted file.
 *
 * @returns the exit code of the process.
 * @throws ChainfleetError `KEYS_INCOMPLETE` if a cluster does not answer or a key is missing or wrong, `BACKUP_EXISTS`.
 */
export async function backup(options: BackupOptions): Promise<number> {
  const { stack, file, recipient, json } = options;
  process.stderr.write(`${targetLine(stack)}\n`);
  const command = new EngineCommand();
  const config = await networkConfig(stack, command);
  const found = await findNetwork(config.regions, await holdingsOf(config, options, command));
  if ("obstacles" in found) {
    requireNone(found.obstacles, { what: "The keys cannot be saved", stack });
    return 1;
  }
  const saved = backupOf(config.network.name, found);
  write(file, await encryptBackup(saved, recipient));
  const keys = saved.keys.map(({ region, validator, address }) => ({ region, validator, address }));
  process.stdout.write(
    json
      ? `${JSON.stringify({ stack, file, genesisHash: found.hash, keys, withoutKey: found.withoutKey })}\n`
      : `${file} has the genesis ${found.hash} and ${keys.length} keys, encrypted for ${recipient.length} recipients.${found.withoutKey.map(({ region, index }) => ` ${region}/validator-${index} has no key, and is not in the file.`).join("")} Try it: age --decrypt --identity <file> ${file}\n`,
  );
  return 0;
}

/** A backup is never overwritten. */
function write(file: string, text: string): void {
  try {
    writeFileSync(file, text, { mode: 0o600, flag: "wx" });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "EEXIST"
      ? new ChainfleetError({
          code: "BACKUP_EXISTS",
          summary: `The file ${file} exists. Nothing was changed.`,
          next: "Name another file.",
        })
      : cause;
  }
}
