import { createMPT } from "@ethereumjs/mpt";
import { type Address, concat, type Hex, keccak256, numberToHex, pad, toRlp } from "viem";

/**
 * The parameters of a chain that are written into its genesis block. Once the chain lives none of them can
 * change: every node would refuse its peers.
 */
export interface ChainParameters {
  /** EIP-155 chain id. */
  readonly chainId: number;
  /** Seconds between blocks. */
  readonly blockPeriodSeconds: number;
  /** Seconds until round 0 of a block is given up; round r lasts this × 2^r. */
  readonly requestTimeoutSeconds: number;
  /** Blocks after which pending votes are discarded. */
  readonly epochLength: number;
  /** The block gas limit. */
  readonly gasLimit: number;
  /** Wei that accounts hold from the beginning, in decimal, by address. */
  readonly alloc: Readonly<Record<Address, string>>;
}

/**
 * A QBFT genesis file for Besu,
 * https://besu.hyperledger.org/private-networks/how-to/configure/consensus/qbft#genesis-file.
 * Gas is free (`zeroBaseFee`), as consortium chains have it; Shanghai is the newest fork that Besu's QBFT
 * has carried for years (besu#6353).
 */
export function genesisFile(chain: ChainParameters, validators: readonly Address[]) {
  return {
    config: {
      chainId: chain.chainId,
      berlinBlock: 0,
      londonBlock: 0,
      shanghaiTime: 0,
      zeroBaseFee: true,
      qbft: {
        blockperiodseconds: chain.blockPeriodSeconds,
        epochlength: chain.epochLength,
        requesttimeoutseconds: chain.requestTimeoutSeconds,
      },
    },
    nonce: "0x0" as Hex,
    timestamp: "0x0" as Hex,
    gasLimit: numberToHex(chain.gasLimit),
    difficulty: "0x1" as Hex,
    baseFeePerGas: "0x0" as Hex,
    mixHash: QBFT_MIX_HASH,
    coinbase: pad("0x", { size: 20 }),
    extraData: qbftExtraData(validators),
    alloc: Object.fromEntries(
      Object.entries(chain.alloc)
        .map(([address, wei]) => [address.toLowerCase(), { balance: numberToHex(BigInt(wei)) }] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1)),
    ),
  };
}

export type GenesisFile = ReturnType<typeof genesisFile>;

/** "ctical byzantine fault tolerance", the mark of a BFT block. */
const QBFT_MIX_HASH: Hex = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";

/** RLP([32 bytes vanity, validators ascending, no vote, round 0, no seals]). */
export function qbftExtraData(validators: readonly Address[]): Hex {
  const ascending = validators.map((address) => address.toLowerCase() as Address).sort();
  return toRlp([pad("0x", { size: 32 }), ascending, [], "0x", []]);
}

/**
 * The hash of the genesis block, which peers compare before they talk. At round 0 with no seals QBFT hashes
 * the header as it stands.
 */
export async function genesisHash(genesis: GenesisFile): Promise<Hex> {
  return keccak256(
    toRlp([
      pad("0x", { size: 32 }),
      keccak256(toRlp([])),
      genesis.coinbase,
      await stateRoot(genesis.alloc),
      EMPTY_TRIE_ROOT,
      EMPTY_TRIE_ROOT,
      pad("0x", { size: 256 }),
      genesis.difficulty,
      "0x",
      genesis.gasLimit,
      "0x",
      "0x",
      genesis.extraData,
      genesis.mixHash,
      pad("0x", { size: 8 }),
      "0x",
      EMPTY_TRIE_ROOT,
    ]),
  );
}

const EMPTY_TRIE_ROOT: Hex = keccak256(toRlp("0x"));
const EMPTY_CODE_HASH: Hex = keccak256("0x");

async function stateRoot(alloc: GenesisFile["alloc"]): Promise<Hex> {
  const trie = await createMPT({ useKeyHashing: true });
  for (const [address, { balance }] of Object.entries(alloc)) {
    const account = toRlp(
      ["0x", BigInt(balance) === 0n ? "0x" : balance, EMPTY_TRIE_ROOT, EMPTY_CODE_HASH],
      "bytes",
    );
    await trie.put(Buffer.from(address.slice(2), "hex"), account);
  }
  return concat([`0x${Buffer.from(trie.root()).toString("hex")}`]);
}
