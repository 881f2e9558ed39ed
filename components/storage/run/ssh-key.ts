import { existsSync, readFileSync } from "node:fs";
import { chmod, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { utils } from "ssh2";

/** The key pair of a run's machines, in OpenSSH's forms. */
export interface SshKeyPair {
  readonly privateKey: string;
  readonly publicKey: string;
}

/** ssh2 1.17 now and then generates a key that it then calls malformed; such a key is not used. */
function generatedKey(): string {
  for (;;) {
    const { private: privateKey } = utils.generateKeyPairSync("ed25519", { comment: "chainfleet-storage" });
    if (!(utils.parseKey(privateKey) instanceof Error)) {
      return privateKey;
    }
  }
}

/** Reads the key pair of a run, or makes one. Only the user of this account can read the file. */
export async function ensureSshKey(file: string): Promise<SshKeyPair> {
  if (!existsSync(file)) {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    const privateKey = generatedKey();
    // The flag wx: of two processes at the same time, one makes the key and both use that key.
    await writeFile(file, privateKey, { mode: 0o600, flag: "wx" }).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== "EEXIST") {
        throw error;
      }
    });
    await chmod(file, 0o600);
  }
  const privateKey = readFileSync(file, "utf8");
  const parsed = utils.parseKey(privateKey);
  if (parsed instanceof Error) {
    throw new Error(
      `${file} is no private key: ${parsed.message}. Delete the file; the machines are made anew then.`,
    );
  }
  return {
    privateKey,
    publicKey: `ssh-ed25519 ${parsed.getPublicSSH().toString("base64")} chainfleet-storage`,
  };
}
