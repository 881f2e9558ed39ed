import { dirname, join } from "node:path";
import { ChainfleetError } from "../../error";

/**
 * A program of Foundry's, out of its npm package for this machine. The command that the package puts on the PATH is a
 * node process around it, which exits with 0 whatever the program says, and which a signal may end alone.
 */
export function foundry(program: "forge" | "anvil"): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/${program}-${process.platform}-${architecture}`;
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), "bin", program);
  } catch {
    throw new ChainfleetError({
      code: "TODO",
      summary: `${program} is not here: the npm package ${name} is not installed.`,
      next: "Run npm ci on this machine. Foundry has packages for Linux, macOS and Windows on x64 and arm64.",
    });
  }
}
