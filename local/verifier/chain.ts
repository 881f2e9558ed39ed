import type { Hex } from "viem";
import { RpcError, rpc } from "../chains/rpc";

/** What an explorer asks of a chain. */
export class Chain {
  constructor(
    readonly chainId: number,
    readonly url: string,
  ) {}

  /** The hash of block 0: another one is another chain, even with the same id. */
  async genesis(): Promise<Hex> {
    const block = await rpc<{ hash: Hex }>(this.url, "eth_getBlockByNumber", ["0x0", false]);
    return block.hash;
  }

  /** `0x` where no contract is. */
  code(address: Hex): Promise<Hex> {
    return rpc(this.url, "eth_getCode", [address, "latest"]);
  }

  /**
   * The transaction that created a contract, itself or through another contract; undefined if the node cannot
   * tell, for instance of code that was there from the first block on. An explorer has an index of this; anvil
   * answers Otterscan's question (https://docs.otterscan.io/api-docs/ots-api).
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
