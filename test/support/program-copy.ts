import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_ROOT } from "../../components/root";

/** The files and folders of this tree that the program needs. */
const PROGRAM = [
  "Pulumi.yaml",
  "bin",
  "bundled-packages.ts",
  "components",
  "contracts",
  "foundry.toml",
  "index.ts",
  "package-lock.json",
  "package.json",
  "packages.js",
  "pipeline",
  "providers.js",
  "scripts",
  "stacks",
  "startup.ts",
  "typescript.js",
];

/** Copies the program of this tree into a folder, without the contracts' builds and with a link to the packages. */
export function copyProgram(folder: string): void {
  symlinkSync(join(PROJECT_ROOT, "node_modules"), join(folder, "node_modules"));
  for (const name of PROGRAM) {
    cpSync(join(PROJECT_ROOT, name), join(folder, name), {
      recursive: true,
      filter: (path) => !/contracts\/(out|cache)$/.test(path),
    });
  }
}
