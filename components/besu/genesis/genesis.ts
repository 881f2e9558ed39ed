import { createMPT } from "@ethereumjs/mpt";
import { type Address, type Hex, keccak256, numberToHex, pad, toRlp } from "viem";
import { DETERMINISTIC_DEPLOYER, DETERMINISTIC_DEPLOYER_CODE } from "../../deterministic-deployer";
import {
  type Storage,
  VALIDATOR_CONTRACT,
  type ValidatorSelection,
  validatorStorage,
} from "./validator-contract";
import { VALIDATOR_CONTRACT_CODE } from "./validator-contract-code";

/**
 * The parameters of a chain that its genesis block contains. None of them can change once the chain exists: a node with
 * a different genesis block is refused by its peers.
 */
export interface ChainParameters {
  /** EIP-155 chain id. */
  readonly chainId: number;
  /** Seconds between blocks. */
  readonly blockPeriodSeconds: number;
  /** Seconds until round 0 of a block times out. The timeout doubles in each further round. */
  readonly requestTimeoutSeconds: number;
  /** Blocks after which pending votes are discarded. */
  readonly epochLength: number;
  /** The block gas limit. */
  readonly gasLimit: number;
  /** The initial balance of each account in wei, in decimal, by address. */
  readonly alloc: Readonly<Record<Address, string>>;
  /**
   * Whether the genesis block has the code of the deterministic deployer. On a chain without the deployer somebody must
   * own 0.01 ether to pay for the deployer's transaction.
   */
  readonly deterministicDeployer: boolean;
  /** What selects the validators. @default "blockheader" */
  readonly validatorSelection?: ValidatorSelection;
}

/**
 * The content of a QBFT genesis file for Besu,
 * https://besu.hyperledger.org/private-networks/how-to/configure/consensus/qbft#genesis-file.
 * Gas is free (`zeroBaseFee`), as is usual for consortium chains. Shanghai is the newest fork that Besu's QBFT has
 * supported for years (besu#6353).
 */
export function genesisFile(chain: ChainParameters, validators: readonly Address[]) {
  const isSelectedByContract = chain.validatorSelection === "contract";
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
        ...(isSelectedByContract ? { validatorcontractaddress: VALIDATOR_CONTRACT } : {}),
      },
    },
    nonce: "0x0" as Hex,
    timestamp: "0x0" as Hex,
    gasLimit: numberToHex(chain.gasLimit),
    difficulty: "0x1" as Hex,
    baseFeePerGas: "0x0" as Hex,
    mixHash: QBFT_MIX_HASH,
    coinbase: pad("0x", { size: 20 }),
    // Besu refuses headers that name validators where a contract selects them (QbftValidatorsValidationRule).
    extraData: qbftExtraData(isSelectedByContract ? [] : validators),
    alloc: genesisAccounts(chain, validators),
  };
}

export type GenesisFile = ReturnType<typeof genesisFile>;

/** An account in the genesis file. Besu reads all values in hex (org.hyperledger.besu.config.GenesisReader). */
interface GenesisAccount {
  readonly balance: Hex;
  readonly nonce?: Hex;
  readonly code?: Hex;
  readonly storage?: Storage;
}

/** The accounts of the genesis by address in lower case, ascending. */
function genesisAccounts(
  { alloc, deterministicDeployer, validatorSelection }: ChainParameters,
  validators: readonly Address[],
): Record<string, GenesisAccount> {
  const accounts = new Map<string, GenesisAccount>(
    Object.entries(alloc).map(([address, wei]) => [
      address.toLowerCase(),
      { balance: numberToHex(BigInt(wei)) },
    ]),
  );
  if (deterministicDeployer) {
    const balance = accounts.get(DETERMINISTIC_DEPLOYER)?.balance ?? "0x0";
    // A contract that a transaction creates starts with nonce 1 (EIP-161).
    accounts.set(DETERMINISTIC_DEPLOYER, { balance, nonce: "0x1", code: DETERMINISTIC_DEPLOYER_CODE });
  }
  if (validatorSelection === "contract") {
    accounts.set(VALIDATOR_CONTRACT, {
      balance: accounts.get(VALIDATOR_CONTRACT)?.balance ?? "0x0",
      nonce: "0x1",
      code: VALIDATOR_CONTRACT_CODE,
      storage: validatorStorage(validators),
    });
  }
  return Object.fromEntries([...accounts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The ASCII text "ctical byzantine fault tolerance", which identifies a BFT block. */
const QBFT_MIX_HASH: Hex = "0x63746963616c2062797a616e74696e65206661756c7420746f6c6572616e6365";

/** The extra data of the genesis block: RLP([32 bytes vanity, ascending validators, no vote, round 0, no seals]). */
export function qbftExtraData(validators: readonly Address[]): Hex {
  const ascending = validators.map((address) => address.toLowerCase() as Address).sort();
  return toRlp([pad("0x", { size: 32 }), ascending, [], "0x", []]);
}

/**
 * The hash of the genesis block. Peers compare it when they connect. QBFT hashes the header without changes when the
 * round is 0 and there are no seals.
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

/** The root of the state that the accounts make. */
export async function stateRoot(alloc: GenesisFile["alloc"]): Promise<Hex> {
  const trie = await createMPT({ useKeyHashing: true });
  for (const [address, { nonce = "0x0", balance, code = "0x", storage = {} }] of Object.entries(alloc)) {
    const account = [scalar(nonce), scalar(balance), await storageRoot(storage), keccak256(code)];
    await trie.put(bytesOf(address), toRlp(account, "bytes"));
  }
  return rootOf(trie);
}

/** The root of an account's storage. */
export async function storageRoot(storage: Storage): Promise<Hex> {
  const trie = await createMPT({ useKeyHashing: true });
  for (const [slot, value] of Object.entries(storage)) {
    await trie.put(bytesOf(slot), toRlp(scalar(value), "bytes"));
  }
  return rootOf(trie);
}

function rootOf(trie: Awaited<ReturnType<typeof createMPT>>): Hex {
  return `0x${Buffer.from(trie.root()).toString("hex")}`;
}

function bytesOf(hex: string): Buffer {
  return Buffer.from(hex.slice(2), "hex");
}

/** A number as RLP takes it: without leading zeros, and zero as no bytes. */
function scalar(number: Hex): Hex {
  return BigInt(number) === 0n ? "0x" : numberToHex(BigInt(number));
}
