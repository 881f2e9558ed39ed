import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Artifact } from "../../../components/contracts/build/artifact";
import { build } from "../../../components/contracts/build/build";
import { PROJECT_ROOT } from "../../../components/root";

/**
 * Compiles sources of a test with this project's compiler, settings and packages.
 *
 * @param sources by the name of the contract, without licence and pragma.
 */
export async function compiled(
  sources: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, Artifact>> {
  const root = mkdtempSync(join(tmpdir(), "chainfleet-solidity-"));
  try {
    mkdirSync(join(root, "contracts/src"), { recursive: true });
    for (const file of ["foundry.toml", "package.json", "package-lock.json", "contracts/solc"]) {
      copyFileSync(join(PROJECT_ROOT, file), join(root, file));
    }
    symlinkSync(join(PROJECT_ROOT, "node_modules"), join(root, "node_modules"));
    for (const [name, code] of Object.entries(sources)) {
      const text = `// SPDX-License-Identifier: MIT\npragma solidity ^0.8.20;\n${code}\n`;
      writeFileSync(join(root, `contracts/src/${name}.sol`), text);
    }
    return (await build(root, () => {})).artifacts;
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}
