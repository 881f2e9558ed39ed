import { accessSync, constants, statSync } from "node:fs";
import { delimiter, join } from "node:path";

/** All executable files with that name on the PATH, in the order of the PATH. */
export function executables(name: string, path: string = process.env.PATH ?? ""): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== "")
    .map((folder) => join(folder, name))
    .filter(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
