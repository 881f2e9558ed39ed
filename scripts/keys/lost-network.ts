import { isDeepStrictEqual } from "node:util";
import type { Address, Hex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { type ChainParameters, type GenesisFile, genesisHash } from "../../components/besu/genesis/genesis";
import { type FoundedChain, readGenesis } from "../../components/besu/genesis/read-genesis";
import { DETERMINISTIC_DEPLOYER } from "../../components/deterministic-deployer";
import type { Holdings } from "./holdings";

/** A region of the network as the config describes it. */
export interface ConfiguredRegion {
  readonly name: string;
  /** Number of validators. */
  readonly validators: number;
}

/** What of the config must be as the chain has it. */
export interface ConfiguredChain {
  readonly parameters: ChainParameters;
  /** The Besu image. */
  readonly image: string;
}

/** What a region's cluster holds, or why that is not known. */
export type RegionHoldings = Holdings | { readonly error: string };

/** A validator's key as a cluster has it. */
export interface FoundKey {
  readonly region: string;
  /** The validator's number in its region, from 0. */
  readonly index: number;
  readonly privateKey: Hex;
  /** In lower case. */
  readonly address: Address;
  /** The public key: 64 bytes in hex, without a prefix. */
  readonly nodeId: string;
  /** Whether the validator is in the genesis block. */
  readonly isFounder: boolean;
  /** Whether the config has the validator. */
  readonly isConfigured: boolean;
}

/** What the clusters say of the network. */
export interface FoundNetwork {
  /** The content of the genesis file, byte for byte. */
  readonly genesis: string;
  readonly parameters: ChainParameters;
  /** The Besu image of each running validator of the config, by region and validator. @example "eastus/validator-0" */
  readonly images: ReadonlyMap<string, string>;
  /** The hash of the genesis block. */
  readonly hash: Hex;
  /** The founding validators in lower case, ascending. */
  readonly founders: readonly Address[];
  /** In the order of the config, then by number. */
  readonly keys: readonly FoundKey[];
  /** The validators of the config that never had a key: the next `up` makes them. */
  readonly withoutKey: readonly { readonly region: string; readonly index: number }[];
}

/** What keeps the network from being recovered: sentences, each without its full stop. */
export interface Obstacles {
  readonly obstacles: readonly string[];
}

/**
 * Puts a network together from what its clusters hold. Pure. Every key is checked against the genesis and the lists of
 * static nodes, and no new key may stand in for one that a living validator has.
 *
 * @param holdings in the order of the config's regions.
 */
export async function findNetwork(
  configured: readonly ConfiguredRegion[],
  holdings: readonly RegionHoldings[],
): Promise<FoundNetwork | Obstacles> {
  const regions = configured.map((region, index) => ({
    ...region,
    held: holdings[index] as RegionHoldings,
  }));
  const silent = regions.flatMap(({ name, held }) =>
    "error" in held ? [`${name}: the cluster cannot be asked: ${held.error}`] : [],
  );
  const asked = regions.flatMap(({ name, validators, held }) =>
    "error" in held ? [] : [{ name, validators, held }],
  );
  const { chain, genesis, obstacles: ofGenesis } = commonGenesis(asked);
  const { keys, obstacles: ofKeys } = keysIn(asked, chain?.validators ?? []);
  const strangers = chain === undefined ? [] : strangeKeys(asked, keys);
  const obstacles = [...silent, ...ofGenesis, ...ofKeys, ...strangers];
  const withoutKey = configured.flatMap(({ name, validators }) =>
    Array.from({ length: validators }, (_, index) => ({ region: name, index })).filter(
      ({ region, index }) => !keys.some((key) => key.region === region && key.index === index),
    ),
  );
  const found = new Set(keys.map(({ address }) => address));
  const missing = (chain?.validators ?? []).filter((founder) => !found.has(founder));
  if (silent.length === 0 && withoutKey.length > 0 && missing.length > 0) {
    const names = withoutKey.map(({ region, index }) => `${region}/validator-${index}`).join(", ");
    obstacles.push(
      `${names}: no cluster has the key, and ${missing.length === 1 ? "a founding validator's key is" : `the keys of ${missing.length} founding validators are`} in no cluster (${missing.join(", ")}); restore ${missing.length === 1 ? "it" : "them"} from a backup first (docs/keys.md)`,
    );
  }
  const nodesWithoutKey = peersWithoutKey(asked, keys);
  if (silent.length === 0 && withoutKey.length > 0 && missing.length === 0 && nodesWithoutKey.length > 0) {
    const names = withoutKey.map(({ region, index }) => `${region}/validator-${index}`).join(", ");
    obstacles.push(
      `${names}: no cluster has the key, and the lists of static nodes have validators whose keys are in no cluster (${nodesWithoutKey.map((id) => `enode ${id.slice(0, 16)}…`).join(", ")}); restore them from a backup first, or remove from the config what never had a key (docs/keys.md)`,
    );
  }
  return chain === undefined || genesis === undefined || obstacles.length > 0
    ? { obstacles }
    : {
        genesis,
        parameters: chain.parameters,
        images: imagesIn(asked),
        hash: await genesisHash(JSON.parse(genesis) as GenesisFile),
        founders: chain.validators,
        keys,
        withoutKey,
      };
}

interface AskedRegion {
  readonly name: string;
  readonly validators: number;
  readonly held: Holdings;
}

/** The genesis, of which every region must have the same. */
function commonGenesis(regions: readonly AskedRegion[]): {
  readonly chain?: FoundedChain;
  readonly genesis?: string;
  readonly obstacles: readonly string[];
} {
  const held = regions.flatMap(({ name, held: { genesis } }) =>
    genesis === undefined ? [] : [{ name, genesis }],
  );
  const [first] = held;
  if (first === undefined) {
    return { obstacles: regions.length === 0 ? [] : ["no cluster that answers has the ConfigMap genesis"] };
  }
  const others = held.filter(({ genesis }) => genesis !== first.genesis).map(({ name }) => name);
  if (others.length > 0) {
    return { obstacles: [`${others.join(", ")}: the genesis file is not that of ${first.name}`] };
  }
  try {
    return { chain: readGenesis(first.genesis), genesis: first.genesis, obstacles: [] };
  } catch {
    return { obstacles: [`${first.name}: the ConfigMap genesis has no genesis file of a QBFT network`] };
  }
}

function keysIn(
  regions: readonly AskedRegion[],
  founders: readonly Address[],
): { readonly keys: readonly FoundKey[]; readonly obstacles: readonly string[] } {
  const keys: FoundKey[] = [];
  const obstacles: string[] = [];
  for (const { name: region, validators, held } of regions) {
    const inOrder = [...held.keys]
      .map(([name, privateKey]) => ({ index: Number(name.split("-").at(-1)), privateKey }))
      .sort((a, b) => a.index - b.index);
    for (const { index, privateKey } of inOrder) {
      const identity = identityOf(privateKey);
      const twin = keys.find(({ address }) => address === identity?.address);
      if (identity === undefined) {
        obstacles.push(`${region}/validator-${index}: the Secret has no private key`);
      } else if (twin !== undefined) {
        obstacles.push(
          `${region}/validator-${index}: the key is also that of ${twin.region}/validator-${twin.index}`,
        );
      } else {
        keys.push({
          region,
          index,
          privateKey,
          ...identity,
          isFounder: founders.includes(identity.address),
          isConfigured: index < validators,
        });
      }
    }
  }
  return { keys, obstacles };
}

function identityOf(privateKey: Hex): Pick<FoundKey, "address" | "nodeId"> | undefined {
  try {
    const { address, publicKey } = privateKeyToAccount(privateKey);
    return { address: address.toLowerCase() as Address, nodeId: publicKey.slice(4) };
  } catch {
    return undefined;
  }
}

/** A key that is neither in the genesis nor among the static nodes of any region is that of another chain. */
function strangeKeys(regions: readonly AskedRegion[], keys: readonly FoundKey[]): string[] {
  const peers = new Set(regions.flatMap(({ held }) => held.nodeIds));
  return keys
    .filter(({ isFounder, nodeId }) => !isFounder && !peers.has(nodeId))
    .map(
      ({ region, index, address }) =>
        `${region}/validator-${index}: the key of ${address} is neither in the genesis nor in a list of static nodes`,
    );
}

/** The node ids in the lists of static nodes that no key belongs to: validators that were added after the genesis, and lost. */
function peersWithoutKey(regions: readonly AskedRegion[], keys: readonly FoundKey[]): string[] {
  const known = new Set(keys.map(({ nodeId }) => nodeId));
  return [...new Set(regions.flatMap(({ held }) => held.nodeIds))].filter((id) => !known.has(id));
}

/** The images of the validators that the config has. */
function imagesIn(regions: readonly AskedRegion[]): Map<string, string> {
  return new Map(
    regions.flatMap(({ name, validators, held }) =>
      Array.from({ length: validators }, (_, index) => `validator-${index}`).flatMap((object) => {
        const image = held.images.get(object);
        return image === undefined ? [] : [[`${name}/${object}`, image] as const];
      }),
    ),
  );
}

/**
 * What the config has otherwise than the chain: sentences without their full stops. Pure. Other parameters would found another
 * chain. Another image would restart all validators at once, because the next `up` creates the StatefulSets anew, as far as the
 * engine knows, and no gate waits for that.
 */
export function differences(
  { parameters, images }: Pick<FoundNetwork, "parameters" | "images">,
  configured: ConfiguredChain,
): string[] {
  const [founded, wanted] = [comparable(parameters), comparable(configured.parameters)];
  return [
    ...(Object.keys(wanted) as (keyof ChainParameters)[])
      .filter((name) => !isDeepStrictEqual(founded[name], wanted[name]))
      .map(
        (name) =>
          `network.${name} is ${JSON.stringify(wanted[name])} in the config, and ${JSON.stringify(founded[name])} in the genesis of the chain`,
      ),
    ...[...images]
      .filter(([, image]) => image !== configured.image)
      .map(
        ([validator, image]) =>
          `${validator}: runs ${image}, and the config has ${configured.image}: the next up would restart all validators at once; set besu.image back until the state is whole`,
      ),
  ];
}

/** Equal genesis accounts may be written in several ways. */
function comparable(parameters: ChainParameters): ChainParameters {
  const accounts = Object.entries(parameters.alloc)
    .map(([address, wei]) => [address.toLowerCase(), String(BigInt(wei))] as const)
    .filter(
      ([address, wei]) =>
        !(parameters.deterministicDeployer && address === DETERMINISTIC_DEPLOYER && wei === "0"),
    );
  return { ...parameters, alloc: Object.fromEntries(accounts) };
}
