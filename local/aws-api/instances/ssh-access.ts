import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { type SshSettings, startSshServer } from "../../ssh/server";

const run = promisify(execFile);

/** How the instances of an account are reached over SSH. */
export interface SshAccess extends SshSettings {
  /** The port of every instance; each has an address of its own. */
  readonly port: number;
  /** Folder with the key pair that opens every instance, and with the instances' own files. */
  readonly folder: string;
}

/** The instance that an SSH server gives access to. */
export interface SshHost {
  readonly id: string;
  readonly address: string;
  /** The user names of the instance's image. */
  readonly users: readonly string[];
  /** The folder that stands for the disk, and is the home of every user. */
  readonly disk: string;
}

/**
 * Makes the key pair of the service at its first start. Its private half, `id_ed25519`, is what AWS calls the key pair
 * of an instance: the person who launches has it.
 */
export async function ensureClientKey({ programs, folder }: SshAccess): Promise<void> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const key = join(folder, "id_ed25519");
  if (!existsSync(key)) {
    await run(programs.keygen, ["-q", "-t", "ed25519", "-N", "", "-C", "chainfleet-local", "-f", key]);
  }
  chmodSync(key, 0o600);
  writeFileSync(authorizedKeys(folder), readFileSync(`${key}.pub`), { mode: 0o600 });
}

/** Starts an instance's SSH server. Returns a function that ends the server together with everything that its sessions started. */
export function openInstance(
  access: SshAccess,
  { id, address, users, disk }: SshHost,
): Promise<() => Promise<void>> {
  return startSshServer(access, {
    id,
    address,
    port: access.port,
    folder: join(access.folder, id),
    users: users.map((name) => ({ name, home: disk })),
    authorizedKeysFile: authorizedKeys(access.folder),
  });
}

/** Forgets the host key and the other files of a terminated instance. */
export async function removeSshFiles({ folder }: SshAccess, id: string): Promise<void> {
  await rm(join(folder, id), { recursive: true, force: true });
}

function authorizedKeys(folder: string): string {
  return join(folder, "authorized_keys");
}
