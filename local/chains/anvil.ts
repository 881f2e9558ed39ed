import { foundry } from "../../components/contracts/build/foundry";
import type { Child } from "../kubernetes/control-plane/children";

export interface AnvilOptions {
  readonly chainId: number;
  readonly port: number;
  /** Seconds between blocks, with or without transactions. */
  readonly blockSeconds: number;
  /** True if the deterministic deployer exists from the first block on. */
  readonly deployer: boolean;
  /** Path of a saved state from which the chain continues. */
  readonly loadState?: string;
}

/** Anvil's command line. Its accounts derive from anvil's public development mnemonic, so nothing here is secret. */
export function anvil({ chainId, port, blockSeconds, deployer, loadState }: AnvilOptions): Child {
  return {
    name: "anvil",
    command: foundry("anvil"),
    args: [
      "--host",
      "127.0.0.1",
      "--port",
      String(port),
      "--chain-id",
      String(chainId),
      "--block-time",
      String(blockSeconds),
      ...(deployer ? [] : ["--disable-default-create2-deployer"]),
      ...(loadState === undefined ? [] : ["--load-state", loadState]),
      // The latest fork of our real genesis, so that the dev chains execute the same bytecode.
      "--hardfork",
      "shanghai",
      // A log line for each block and each call would fill the disk.
      "--quiet",
    ],
  };
}
