import { dirname, join } from "node:path";
import { ChainfleetError } from "../../components/error";
import type { Child } from "../kubernetes/control-plane/children";

export interface AnvilOptions {
  readonly chainId: number;
  readonly port: number;
  /** Seconds between blocks, with or without transactions. */
  readonly blockSeconds: number;
  /** Path of a saved state from which the chain continues. */
  readonly loadState?: string;
}

/** Anvil's command line; anvil's chains have the deterministic deployer. Its accounts derive from anvil's public development mnemonic, so nothing here is secret. */
export function anvil({ chainId, port, blockSeconds, loadState }: AnvilOptions): Child {
  return {
    name: "anvil",
    command: anvilProgram(),
    args: [
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--chain-id",
      String(chainId),
      "--block-time",
      String(blockSeconds),
      ...(loadState === undefined ? [] : ["--load-state", loadState]),
      // The latest fork of our real genesis, so that the dev chains execute the same bytecode.
      "--hardfork",
      "shanghai",
      // A log line for each block and each call would fill the disk.
      "--quiet",
    ],
  };
}

/**
 * The path of anvil, from the npm package for this machine. The npm package `@foundry-rs/anvil` itself puts a node
 * process around the program, which a signal may end alone.
 */
export function anvilProgram(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const packageName = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    return join(dirname(require.resolve(`${packageName}/package.json`)), "bin", "anvil");
  } catch (cause) {
    throw new ChainfleetError({
      code: "ANVIL_NOT_INSTALLED",
      summary: `anvil is not available: the npm package ${packageName} is not installed.`,
      next: "Run npm ci in local/ on this machine. Foundry has packages for Linux, macOS and Windows on x64 and arm64.",
      cause,
    });
  }
}
