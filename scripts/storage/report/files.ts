import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../../components/error";

/**
 * Writes files into a folder, each as a whole: whoever reads meanwhile sees the old file or the new one.
 *
 * @param contents by file name.
 * @returns the paths of the files.
 * @throws ChainfleetError OUTPUT_NOT_WRITABLE.
 */
export function writeFiles(
  folder: string,
  contents: Readonly<Record<string, string | Uint8Array>>,
): string[] {
  try {
    mkdirSync(folder, { recursive: true });
    return Object.entries(contents).map(([name, content]) => {
      const file = join(folder, name);
      writeFileSync(`${file}.part`, content);
      renameSync(`${file}.part`, file);
      return file;
    });
  } catch (error) {
    throw new ChainfleetError({
      code: "OUTPUT_NOT_WRITABLE",
      summary: `The report could not be written to ${folder}: ${(error as Error).message}.`,
      next: "Make room and permit writing there, or name another folder with --output.",
      cause: error,
    });
  }
}
