import { existsSync } from "node:fs";
import { join } from "node:path";
import { libraryFolders, unpackedPrograms } from "../toolchain/debian-packages";
import { executables } from "../toolchain/executables";

/** The programs of OpenSSH that instances and virtual machines run. */
export interface OpenSsh {
  readonly sshd: string;
  readonly keygen: string;
  /**
   * nss_wrapper, which gives one process a user database of its own (https://cwrap.org/nss_wrapper.html). By it each
   * machine has user names of its own and its disk as their home, without any change to this machine.
   */
  readonly wrapper: string;
  /** Folders of shared libraries that this machine lacks. */
  readonly libraries: readonly string[];
}

/**
 * Finds sshd and nss_wrapper on this machine, or fetches Debian's packages without root and unpacks them into the folder
 * that all checkouts of a user share.
 *
 * @throws if they are neither installed nor to be had through apt.
 */
export async function openSsh(say: (line: string) => void): Promise<OpenSsh> {
  const [keygen] = executables("ssh-keygen");
  if (keygen === undefined) {
    throw new Error("the machines of the local target need ssh-keygen: install openssh-client");
  }
  const sshd = installedProgram(SSHD_FOLDERS, "sshd");
  const wrapper = installedProgram(libraryFolders("/"), WRAPPER);
  if (sshd !== undefined && wrapper !== undefined) {
    return { sshd, keygen, wrapper, libraries: [] };
  }
  const root = await unpackedPrograms(PROGRAMS, say);
  const libraries = libraryFolders(root);
  return {
    sshd: sshd ?? join(root, PROGRAMS.program),
    keygen,
    wrapper: wrapper ?? installedProgram(libraries, WRAPPER) ?? "",
    libraries,
  };
}

const PROGRAMS = {
  name: "openssh-server",
  packages: ["openssh-server", "libnss-wrapper"],
  program: "usr/sbin/sshd",
  neededBy: "sshd for the machines of the local target",
};

const SSHD_FOLDERS = ["/usr/sbin", "/usr/local/sbin", "/sbin"];
const WRAPPER = "libnss_wrapper.so";

function installedProgram(folders: readonly string[], name: string): string | undefined {
  return folders.map((folder) => join(folder, name)).find(existsSync);
}
