import { armor, Decrypter, Encrypter } from "age-encryption";
import type { Hex } from "viem";
import { z } from "zod";
import { ChainfleetError } from "../../components/error";
import type { FoundNetwork } from "./lost-network";

/**
 * A backup of a network's keys and genesis: JSON, encrypted with age (https://age-encryption.org/v1) for one or several
 * recipients. Whoever makes a backup therefore needs no secret, and the file can be opened with the program `age` alone.
 */

const backupSchema = z.object({
  format: z.literal("chainfleet-keys"),
  version: z.literal(1),
  network: z.string(),
  genesis: z.string(),
  genesisHash: z.string(),
  keys: z.array(
    z.object({
      region: z.string(),
      validator: z.string().regex(/^validator-\d+$/),
      address: z.string(),
      nodeId: z.string().regex(/^[0-9a-f]{128}$/),
      privateKey: z
        .string()
        .regex(/^0x[0-9a-f]{64}$/)
        .transform((key) => key as Hex),
    }),
  ),
});

/** What a backup contains. */
export type Backup = z.infer<typeof backupSchema>;

/** The backup of a network. Pure. */
export function backupOf(network: string, { genesis, hash, keys }: FoundNetwork): Backup {
  return {
    format: "chainfleet-keys",
    version: 1,
    network,
    genesis,
    genesisHash: hash,
    keys: keys.map(({ region, index, address, nodeId, privateKey }) => ({
      region,
      validator: `validator-${index}`,
      address,
      nodeId,
      privateKey,
    })),
  };
}

/**
 * Encrypts a backup.
 *
 * @param recipients public keys of age. @example "age1…"
 * @returns text in age's armor.
 * @throws ChainfleetError `RECIPIENT_INVALID`
 */
export async function encryptBackup(backup: Backup, recipients: readonly string[]): Promise<string> {
  const encrypter = new Encrypter();
  for (const recipient of recipients) {
    try {
      encrypter.addRecipient(recipient);
    } catch (cause) {
      throw new ChainfleetError({
        code: "RECIPIENT_INVALID",
        summary: `"${recipient}" is no public key of age. No file was written.`,
        next: "age-keygen -o backup-identity.txt makes a pair of keys, and prints the public one, which begins with age1.",
        cause,
      });
    }
  }
  return armor.encode(await encrypter.encrypt(JSON.stringify(backup)));
}

/**
 * Decrypts a backup.
 *
 * @param text the content of the backup's file.
 * @param identities the content of a file that age-keygen has written.
 * @throws ChainfleetError `BACKUP_UNREADABLE`. The error quotes nothing of either file.
 */
export async function decryptBackup(text: string, identities: string): Promise<Backup> {
  const decrypter = new Decrypter();
  const keys = identities.split(/\s+/).filter((word) => word.startsWith("AGE-SECRET-KEY-"));
  if (keys.length === 0) {
    throw unreadable("the identity file has no secret key of age, which begins with AGE-SECRET-KEY-");
  }
  let json: string;
  try {
    for (const key of keys) {
      decrypter.addIdentity(key);
    }
    json = await decrypter.decrypt(armor.decode(text), "text");
  } catch (cause) {
    throw unreadable(
      "it was encrypted for another identity, or one of the two files is damaged",
      cause instanceof Error ? cause : undefined,
    );
  }
  try {
    return backupSchema.parse(JSON.parse(json));
  } catch {
    throw unreadable("what it contains is no backup of a network's keys");
  }
}

function unreadable(reason: string, cause?: Error): ChainfleetError {
  return new ChainfleetError({
    code: "BACKUP_UNREADABLE",
    summary: `The backup cannot be read: ${reason}. Nothing was changed.`,
    cause,
  });
}
