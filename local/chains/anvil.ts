import { foundry } from "../../components/contracts/build/foundry";
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
    command: foundry("anvil"),
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
