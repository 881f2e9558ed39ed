import type { Hex } from "viem";
import type { Block, ChainRules } from "../../qbft/chain";
import {
  EMPTY_TRIE,
  EMPTY_UNCLES,
  extraData,
  listedValidators,
  MIX_HASH,
  NO_BLOOM,
  NONCE,
  seals,
  transactionsRoot,
} from "../../qbft/header";
import { quorumOf } from "../../qbft/proposer";
import { quantity } from "./parameters";

/** A block as `eth_getBlockByNumber` has it, with the hashes of its transactions: BlockResult.java. */
export function blockResult(block: Block, rules: ChainRules): Record<string, unknown> {
  const { gasLimit, stateRoot } = rules;
  const data = extraDataOf(block, rules);
  return {
    number: quantity(block.number),
    hash: block.hash,
    mixHash: MIX_HASH,
    parentHash: block.parentHash,
    nonce: NONCE,
    sha3Uncles: EMPTY_UNCLES,
    logsBloom: NO_BLOOM,
    transactionsRoot: transactionsRoot(block),
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
    transactions: block.transactions.map(({ hash }) => hash),
    withdrawalsRoot: EMPTY_TRIE,
    withdrawals: [],
  };
}

function extraDataOf(block: Block, rules: ChainRules): Hex {
  return extraData(
    { ...block, validators: listedValidators(rules, block) },
    block.number === 0 ? [] : seals(block, quorumOf(block.validators.length)),
  );
}

/** What a block without transactions has beside its extra data. */
const HEADER_BYTES = 560;
