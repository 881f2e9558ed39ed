import fc from "fast-check";
import { type Address, type Hex, keccak256, numberToHex } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { describe, expect, it } from "vitest";
import { type ChainParameters, genesisFile, genesisHash } from "../../components/besu/genesis/genesis";
import type { Holdings } from "./holdings";
import { type ConfiguredRegion, differences, findNetwork, type RegionHoldings } from "./lost-network";
import { recoverState } from "./recovered-state";

const parameters: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: { "0xF39Fd6e51aad88F6F4ce6aB8827279cffFb92266": "007" },
  deterministicDeployer: true,
};
const IMAGE = "hyperledger/besu:26.9.0";
const keyOf = (number: number): Hex => keccak256(numberToHex(number + 1));
const addressOf = (key: Hex) => privateKeyToAccount(key).address.toLowerCase() as Address;
const nodeIdOf = (key: Hex) => privateKeyToAccount(key).publicKey.slice(4);

/** A network of regions with two validators each, of which the last `added` ones were added after the genesis. */
function network(regions: number, added = 0): { config: ConfiguredRegion[]; holdings: Holdings[] } {
  const keys = Array.from({ length: 2 * regions }, (_, number) => keyOf(number));
  const founders = keys.slice(0, keys.length - added).map(addressOf);
  const genesis = JSON.stringify(genesisFile(parameters, founders), null, 2);
  return {
    config: Array.from({ length: regions }, (_, index) => ({ name: `r${index}`, validators: 2 })),
    holdings: Array.from({ length: regions }, (_, index) => ({
      keys: new Map([0, 1].map((number) => [`validator-${number}`, keys[2 * index + number] as Hex])),
      genesis,
      nodeIds: keys.map(nodeIdOf),
      images: new Map([0, 1].map((number) => [`validator-${number}`, IMAGE])),
    })),
  };
}

async function obstaclesOf(config: readonly ConfiguredRegion[], holdings: readonly RegionHoldings[]) {
  const found = await findNetwork(config, holdings);
  return "obstacles" in found ? found.obstacles : [];
}

function changed(holdings: readonly Holdings[], region: number, change: Partial<Holdings>): Holdings[] {
  return holdings.map((held, index) => (index === region ? { ...held, ...change } : held));
}

describe("a network put together from its clusters", () => {
  it("has the keys in the order of the config, with their addresses, and the genesis byte for byte", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 2, max: 6 }),
        fc.integer({ min: 0, max: 2 }),
        async (size, added) => {
          const { config, holdings } = network(size, added);
          const found = await findNetwork(config, holdings);
          if ("obstacles" in found) {
            throw new Error(found.obstacles.join("\n"));
          }
          expect(found.keys.map(({ address }) => address)).toEqual(
            Array.from({ length: 2 * size }, (_, number) => addressOf(keyOf(number))),
          );
          expect(found.keys.filter(({ isFounder }) => !isFounder)).toHaveLength(added);
          expect(found.genesis).toBe(holdings[0]?.genesis);
          expect(found.hash).toBe(await genesisHash(JSON.parse(found.genesis)));
        },
      ),
      { numRuns: 20 },
    );
  });

  it("is refused if the key of a validator that was added later is in no cluster, although its peers know it", async () => {
    const { config, holdings } = network(4, 2);
    const keys = new Map(holdings[3]?.keys);
    keys.delete("validator-1");
    expect(await obstaclesOf(config, changed(holdings, 3, { keys }))).toEqual([
      expect.stringMatching(/r3\/validator-1: no cluster has the key.*enode [0-9a-f]{16}…/),
    ]);
  });

  it("is refused if a founding validator's key is in no cluster while a validator of the config has none", async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 7 }), async (lost) => {
        const { config, holdings } = network(4);
        const keys = new Map(holdings[Math.floor(lost / 2)]?.keys);
        keys.delete(`validator-${lost % 2}`);
        const obstacles = await obstaclesOf(config, changed(holdings, Math.floor(lost / 2), { keys }));
        expect(obstacles).toEqual([expect.stringContaining(addressOf(keyOf(lost)))]);
      }),
      { numRuns: 8 },
    );
  });

  it("lets the next up make the key of a validator that never had one", async () => {
    const { config, holdings } = network(2);
    const more = [...config, { name: "new", validators: 1 }];
    const nothing = { keys: new Map(), genesis: undefined, nodeIds: [], images: new Map() };
    expect(await findNetwork(more, [...holdings, nothing])).toMatchObject({
      withoutKey: [{ region: "new", index: 0 }],
    });
  });

  it("has a removed validator's name if the cluster still has the key", async () => {
    const { config, holdings } = network(2);
    const fewer = config.map((region) => ({ ...region, validators: 1 }));
    expect(await findNetwork(fewer, holdings)).toMatchObject({
      keys: [
        { isConfigured: true },
        { isConfigured: false },
        { isConfigured: true },
        { isConfigured: false },
      ],
    });
  });

  it("is refused with every reason at once", async () => {
    const { config, holdings } = network(3);
    const other = network(2).holdings[0] as Holdings;
    const wrong: RegionHoldings[] = [
      {
        ...(holdings[0] as Holdings),
        keys: new Map<string, Hex>([
          ["validator-0", "0x12"],
          ["validator-1", keyOf(99)],
        ]),
      },
      holdings[1] as Holdings,
      { error: "connection refused" },
    ];
    expect(await obstaclesOf(config, wrong)).toEqual([
      "r2: the cluster cannot be asked: connection refused",
      "r0/validator-0: the Secret has no private key",
      expect.stringContaining("r0/validator-1: the key of 0x"),
    ]);
    expect(await obstaclesOf(config, changed(holdings, 1, { genesis: other.genesis }))).toContain(
      "r1: the genesis file is not that of r0",
    );
    expect(
      await obstaclesOf(config, changed(holdings, 1, { keys: holdings[0]?.keys ?? new Map() })),
    ).toContain("r1/validator-0: the key is also that of r0/validator-0");
  });

  it("is not that of a config with other parameters or another image; the spelling of accounts does not matter", async () => {
    const { config, holdings } = network(2);
    const images = new Map([["validator-1", "hyperledger/besu:25.10.0"]]);
    const found = await findNetwork(config, changed(holdings, 1, { images }));
    if ("obstacles" in found) {
      throw new Error(found.obstacles.join("\n"));
    }
    const [account] = Object.keys(parameters.alloc);
    const spelled = { ...parameters, alloc: { [String(account).toLowerCase()]: "7" } };
    expect(differences(found, { parameters: spelled, image: IMAGE })).toEqual([
      expect.stringContaining("r1/validator-1: runs hyperledger/besu:25.10.0"),
    ]);
    expect(
      differences(
        { ...found, images: new Map() },
        { parameters: { ...parameters, gasLimit: 1 }, image: IMAGE },
      ),
    ).toEqual(["network.gasLimit is 1 in the config, and 30000000 in the genesis of the chain"]);
  });

  it("never quotes a key in a reason", async () => {
    const { config, holdings } = network(2);
    const keys = new Map([["validator-0", keyOf(50)]]);
    const text = (await obstaclesOf(config, changed(holdings, 0, { keys }))).join("\n");
    expect(text).not.toContain(keyOf(50).slice(2));
  });
});

describe("the state of a network that was put together", () => {
  const lost = {
    stack: "prod",
    project: "chainfleet",
    network: "chain138",
    parameters,
    sharding: "none",
  } as const;

  it("has each key as a secret, under the address, and nothing else in a second recovery", async () => {
    const { config, holdings } = network(2, 1);
    const found = await findNetwork(config, holdings);
    if ("obstacles" in found) {
      throw new Error(found.obstacles.join("\n"));
    }
    const { state, recovered, conflicts } = recoverState({}, found, lost);
    expect([recovered.length, conflicts]).toEqual([4, []]);
    const keys = (state.resources ?? []).filter(({ type }) => type.endsWith(":ValidatorKey"));
    expect(keys.map(({ id }) => id)).toEqual(found.keys.map(({ address }) => address));
    expect(keys[0]?.urn).toBe(
      "urn:pulumi:prod::chainfleet::chainfleet:besu:BesuNetwork$pulumi-nodejs:dynamic/chainfleet:ValidatorKey::r0-validator-0-node-key",
    );
    expect(keys[0]?.outputs?.["privateKey"]).toEqual({
      "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
      plaintext: JSON.stringify(keyOf(0)),
    });
    const chain = state.resources?.find(({ type }) => type.endsWith(":Chain"));
    expect(chain?.inputs?.["founders"]).toHaveLength(3);
    const again = recoverState(state, found, lost);
    expect(again.state.resources).toEqual(state.resources);
    expect(again.recovered).toEqual([]);
  });

  it("is not completed if it has another key or another genesis than the clusters", async () => {
    const { config, holdings } = network(2);
    const found = await findNetwork(config, holdings);
    if ("obstacles" in found) {
      throw new Error(found.obstacles.join("\n"));
    }
    const { state } = recoverState({}, found, lost);
    const resources = (state.resources ?? []).map((resource) =>
      /Genesis$|r1-validator-1/.test(resource.urn.split("::").at(-1) ?? "") ||
      resource.type.endsWith(":Genesis")
        ? { ...resource, id: "0x00" }
        : resource,
    );
    expect(recoverState({ resources }, found, lost).conflicts).toEqual([
      expect.stringContaining("r1/validator-1: the state has the key of 0x00"),
      expect.stringContaining("the state has the genesis 0x00"),
    ]);
  });

  it("names no founders if one of them was removed, and says that votes have changed the validators", async () => {
    const { config, holdings } = network(3);
    const fewer = config.slice(0, 2);
    const found = await findNetwork(fewer, holdings.slice(0, 2));
    if ("obstacles" in found) {
      throw new Error(found.obstacles.join("\n"));
    }
    const { state } = recoverState({}, found, lost);
    const chain = state.resources?.find(({ type }) => type.endsWith(":Chain"));
    expect(chain?.inputs).not.toHaveProperty("founders");
    expect(chain?.inputs).toMatchObject({ isVoted: true });
  });
});
