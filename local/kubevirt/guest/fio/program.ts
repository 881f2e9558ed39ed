import { join } from "node:path";
import { libraryFolders, unpackedPrograms } from "../../../toolchain/debian-packages";
import { executables } from "../../../toolchain/executables";

/** The real fio. */
export interface FioProgram {
  readonly program: string;
  /** Folders of shared libraries that this machine lacks. */
  readonly libraries: readonly string[];
}

/**
 * Finds fio on the PATH, or fetches Debian's package with its libraries without root and unpacks them into the folder that
 * all checkouts of a user share.
 *
 * @throws if fio is neither installed nor to be had through apt.
 */
export async function fioProgram(say: (line: string) => void): Promise<FioProgram> {
  const [installed] = executables("fio");
  return installed === undefined ? unpackedFio(say) : { program: installed, libraries: [] };
}

/** Debian's fio, unpacked into the cache even where another one is installed. */
export async function unpackedFio(say: (line: string) => void): Promise<FioProgram> {
  const root = await unpackedPrograms(PROGRAMS, say);
  return { program: join(root, PROGRAMS.program), libraries: libraryFolders(root) };
}

const PROGRAMS = {
  name: "fio",
  packages: ["fio"],
  program: "usr/bin/fio",
  neededBy: "fio in the virtual machines of the local target",
};
