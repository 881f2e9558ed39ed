import type { Hex } from "viem";
import type { Block, ChainRules } from "../../qbft/chain";
import { EMPTY_TRIE, EMPTY_UNCLES, extraData, MIX_HASH, NO_BLOOM, NONCE, seals } from "../../qbft/header";
import { quorumOf } from "../../qbft/proposer";
import { quantity } from "./parameters";

/** A block as `eth_getBlockByNumber` has it: BlockResult.java. No block has transactions. */
export function blockResult(block: Block, { gasLimit, stateRoot }: ChainRules): Record<string, unknown> {
  const data = extraDataOf(block);
  return {
    number: quantity(block.number),
    hash: block.hash,
    mixHash: MIX_HASH,
    parentHash: block.parentHash,
    nonce: NONCE,
    sha3Uncles: EMPTY_UNCLES,
    logsBloom: NO_BLOOM,
    transactionsRoot: EMPTY_TRIE,
    stateRoot,
    receiptsRoot: EMPTY_TRIE,
    miner: block.proposer,
    difficulty: "0x1",
    totalDifficulty: quantity(block.number + 1),
    extraData: data,
    baseFeePerGas: "0x0",
    size: quantity(HEADER_BYTES + data.length / 2 - 1),
    gasLimit: quantity(gasLimit),
    gasUsed: "0x0",
    timestamp: quantity(block.timestampSeconds),
    uncles: [],
    transactions: [],
    withdrawalsRoot: EMPTY_TRIE,
    withdrawals: [],
  };
}

function extraDataOf(block: Block): Hex {
  return extraData(block, block.number === 0 ? [] : seals(block, quorumOf(block.validators.length)));
}

/** What a block without transactions has beside its extra data. */
const HEADER_BYTES = 560;
