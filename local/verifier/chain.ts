import type { Hex } from "viem";
import { RpcError, rpc } from "../chains/rpc";

/** The chain data that explorers need. */
export class Chain {
  constructor(
    readonly chainId: number,
    readonly url: string,
  ) {}

  /** The hash of block 0. It tells a chain from another chain with the same id. */
  async genesis(): Promise<Hex> {
    const block = await rpc<{ hash: Hex }>(this.url, "eth_getBlockByNumber", ["0x0", false]);
    return block.hash;
  }

  /** The runtime code at an address; `0x` if the address has no contract. */
  code(address: Hex): Promise<Hex> {
    return rpc(this.url, "eth_getCode", [address, "latest"]);
  }

  /**
   * The transaction that created a contract, directly or through another contract; undefined if the node does not
   * know the transaction, for instance because the genesis block contains the code. A real explorer has an index of
   * creations; anvil implements Otterscan's API for them (https://docs.otterscan.io/api-docs/ots-api).
   */
  async creation(address: Hex): Promise<Hex | undefined> {
    try {
      const creator = await rpc<{ hash: Hex } | null>(this.url, "ots_getContractCreator", [address]);
      return creator?.hash;
    } catch (error) {
      if (error instanceof RpcError) {
        return undefined;
      }
      throw error;
    }
  }
}

export function isAddress(text: string | undefined): text is Hex {
  return text !== undefined && /^0x[0-9a-f]{40}$/i.test(text);
}
