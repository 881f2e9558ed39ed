import { dirname, join } from "node:path";
import { ChainfleetError } from "../../error";

/**
 * The path of Foundry's forge, from the npm package for this machine. The npm package `@foundry-rs/forge` itself puts
 * a node process around the program, which exits with 0 whatever the program's exit code is and does not hand on
 * signals.
 */
export function forge(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const packageName = `@foundry-rs/forge-${process.platform}-${architecture}`;
  try {
    return join(dirname(require.resolve(`${packageName}/package.json`)), "bin", "forge");
  } catch (cause) {
    throw new ChainfleetError({
      code: "FOUNDRY_NOT_INSTALLED",
      summary: `forge is not available: the npm package ${packageName} is not installed.`,
      next: "Run npm ci on this machine. Foundry has packages for Linux, macOS and Windows on x64 and arm64.",
      cause,
    });
  }
}
