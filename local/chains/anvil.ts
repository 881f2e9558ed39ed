import { dirname, join } from "node:path";
import type { Child } from "../kubernetes/control-plane/children";

export interface AnvilOptions {
  readonly chainId: number;
  readonly port: number;
  /** Seconds from a block to the next, with or without transactions. */
  readonly blockSeconds: number;
  /** Whether the deterministic deployer is there from the first block on. */
  readonly deployer: boolean;
  /** A saved state to go on from. */
  readonly loadState?: string;
}

/** Anvil's command line. Its accounts are those of its publicly known development mnemonic: nothing secret. */
export function anvil({ chainId, port, blockSeconds, deployer, loadState }: AnvilOptions): Child {
  return {
    name: "anvil",
    command: binary(),
    args: [
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...["--chain-id", String(chainId), "--block-time", String(blockSeconds)],
      ...(deployer ? [] : ["--disable-default-create2-deployer"]),
      ...(loadState === undefined ? [] : ["--load-state", loadState]),
      // Where our real genesis ends, so that the dev chains run the same code.
      ...["--hardfork", "shanghai"],
      // A line a block and a call would fill the disk.
      "--quiet",
    ],
  };
}

/** The program itself: the package's own command is a node process around it, which a signal may end alone. */
function binary(): string {
  const architecture = process.arch === "x64" ? "amd64" : process.arch;
  const name = `@foundry-rs/anvil-${process.platform}-${architecture}`;
  try {
    return join(dirname(require.resolve(`${name}/package.json`)), "bin", "anvil");
  } catch (cause) {
    throw new Error(`the npm package ${name} is not installed: run npm ci on this machine`, { cause });
  }
}
