import { type Address, concat, type Hex, keccak256, pad, toRlp } from "viem";
import type { Block, ChainRules } from "./chain";

/** A block before its hash is known. */
type Unhashed = Omit<Block, "hash" | "tally" | "world">;

/**
 * The hash of a block: that of its header with the extra data of round 0 and without seals.
 *
 * Source: BftBlockHashing.calculateHashOfBftBlockOnchain in https://github.com/hyperledger/besu (3fd224e,
 * consensus/common/src/main/java/org/hyperledger/besu/consensus/common/bft).
 */
export function blockHash(rules: ChainRules, block: Unhashed): Hex {
  return keccak256(
    toRlp([
      block.parentHash,
      EMPTY_UNCLES,
      block.proposer,
      rules.stateRoot,
      transactionsRoot(block),
      EMPTY_TRIE,
      NO_BLOOM,
      "0x01",
      scalar(block.number),
      scalar(rules.gasLimit),
      "0x",
      scalar(block.timestampSeconds),
      extraData({ ...block, round: 0, validators: listedValidators(rules, block) }, []),
      MIX_HASH,
      NONCE,
      "0x",
      EMPTY_TRIE,
    ]),
  );
}

/** A stand-in for the root of the transactions, which nobody proves anything with. */
export function transactionsRoot({ transactions }: Pick<Block, "transactions">): Hex {
  return transactions.length === 0 ? EMPTY_TRIE : keccak256(concat(transactions.map(({ hash }) => hash)));
}

/**
 * The validators in a block's header: none if a contract selects them (QbftBlockCreatorFactory.createExtraData and
 * QbftValidatorsValidationRule in the same repository).
 */
export function listedValidators(
  { validatorContract }: Pick<ChainRules, "validatorContract">,
  { validators }: Pick<Block, "validators">,
): readonly Address[] {
  return validatorContract === undefined ? validators : [];
}

/**
 * The extra data: RLP([vanity, validators, vote, round, seals]), QbftExtraDataCodec.java in the same repository.
 *
 * @param seals of 65 bytes each.
 */
export function extraData(
  { validators, vote, round }: Pick<Block, "validators" | "vote" | "round">,
  seals: readonly Hex[],
): Hex {
  return toRlp([
    pad("0x", { size: 32 }),
    [...validators],
    vote === undefined ? [] : [vote.subject, vote.add ? "0xff" : "0x"],
    scalar(round),
    [...seals],
  ]);
}

/**
 * Stand-ins for the commit seals, which nobody can verify: they have the length of signatures, one of each of a quorum of the
 * validators. Real ones would cost a signature each, thousands a second in accelerated time.
 */
export function seals({ hash, validators }: Pick<Block, "hash" | "validators">, quorum: number): Hex[] {
  return validators.slice(0, quorum).map((validator) => sealOf(hash, validator));
}

function sealOf(hash: Hex, validator: Address): Hex {
  const half = keccak256(concat([hash, validator]));
  return concat([half, keccak256(half), "0x00"]);
}

/** The ASCII text "ctical byzantine fault tolerance", which identifies a BFT block. */
export const MIX_HASH: Hex = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";
export const NONCE: Hex = pad("0x", { size: 8 });
export const NO_BLOOM: Hex = pad("0x", { size: 256 });
/** The hash of an empty list of uncles. */
export const EMPTY_UNCLES: Hex = keccak256(toRlp([]));
/** The root of a trie without entries. */
export const EMPTY_TRIE: Hex = keccak256(toRlp("0x"));

/** A number as RLP takes it: without leading zeros, and zero as no bytes. */
function scalar(number: number): Hex {
  const digits = number.toString(16);
  return number === 0 ? "0x" : `0x${digits.length % 2 === 0 ? digits : `0${digits}`}`;
}
