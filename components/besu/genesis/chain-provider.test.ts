import { describe, expect, it } from "vitest";
import type { Release } from "../release/release";
import { provider } from "./chain-provider";
import type { ChainParameters } from "./genesis";

const parameters: ChainParameters = {
  chainId: 138,
  blockPeriodSeconds: 2,
  requestTimeoutSeconds: 4,
  epochLength: 30_000,
  gasLimit: 30_000_000,
  alloc: {},
  deterministicDeployer: true,
};

describe("the check of a chain's parameters", () => {
  it("accepts any parameters before the chain exists, and unchanged parameters afterwards", async () => {
    const first = await provider.check({}, { parameters });
    const second = await provider.check({ parameters }, { parameters: structuredClone(parameters) });
    expect([first.failures, second.failures]).toEqual([[], []]);
  });

  it("names each changed parameter with the value in the genesis block and the configured value", async () => {
    const changed = { ...parameters, blockPeriodSeconds: 5, gasLimit: 1 };
    const { failures } = await provider.check({ parameters }, { parameters: changed });
    expect(failures?.map(({ property }) => property)).toEqual([
      "parameters.blockPeriodSeconds",
      "parameters.gasLimit",
    ]);
    expect(failures?.[0]?.reason).toBe(
      "CHAIN_PARAMETER_FIXED: blockPeriodSeconds is 5, but the genesis block of the existing chain has 2. " +
        "A genesis block cannot change. No resource was changed.\n" +
        "Set blockPeriodSeconds back to 2, or create a new network in a stack of its own.",
    );
  });

  it("refuses to add the deterministic deployer to a chain whose state does not record it, and names the key", async () => {
    const { deterministicDeployer: _, ...recorded } = parameters;
    const { failures } = await provider.check({ parameters: recorded }, { parameters });
    expect(failures).toEqual([
      {
        property: "parameters.deterministicDeployer",
        reason: expect.stringContaining("Set deterministicDeployer back to false"),
      },
    ]);
    const kept = { parameters: { ...parameters, deterministicDeployer: false } };
    expect((await provider.check({ parameters: recorded }, kept)).failures).toEqual([]);
  });
});

describe("the check of what selects a chain's validators", () => {
  const byContract: ChainParameters = { ...parameters, validatorSelection: "contract" };

  it("refuses both ways on a living chain, and names the values", async () => {
    const there = await provider.check({ parameters }, { parameters: byContract });
    expect(there.failures).toEqual([
      {
        property: "parameters.validatorSelection",
        reason: expect.stringContaining(
          'validatorSelection is "contract", but the genesis block of the existing chain has "blockheader"',
        ),
      },
    ]);
    const back = await provider.check({ parameters: byContract }, { parameters });
    expect(back.failures).toEqual([
      {
        property: "parameters.validatorSelection",
        reason: expect.stringContaining('Set validatorSelection back to "contract"'),
      },
    ]);
  });

  it("accepts what says in words what was left out", async () => {
    const said: ChainParameters = { ...parameters, validatorSelection: "blockheader" };
    expect((await provider.check({ parameters }, { parameters: said })).failures).toEqual([]);
    expect((await provider.check({ parameters: byContract }, { parameters: byContract })).failures).toEqual(
      [],
    );
  });
});

describe("the check of a chain's software", () => {
  const software = (release: Release, legacyEncoding = false) => ({ release, legacyEncoding });

  it("refuses a release with a known fault for a new chain", async () => {
    const { failures } = await provider.check({}, { parameters, software: software("25.10.0") });
    expect(failures).toEqual([
      { property: "software", reason: expect.stringContaining("BESU_RELEASE_FAULTY: Besu 25.10.0") },
    ]);
  });

  it("refuses a release that the running validators do not understand, and accepts each of the two steps", async () => {
    const running = { parameters, software: software("25.10.0") };
    const [goal, between] = [software("26.9.0"), software("26.9.0", true)];
    expect((await provider.check(running, { parameters, software: goal })).failures).toEqual([
      { property: "software", reason: expect.stringContaining("BESU_UPDATE_REFUSED") },
    ]);
    expect((await provider.check(running, { parameters, software: between })).failures).toEqual([]);
    const halfway = { parameters, software: between };
    expect((await provider.check(halfway, { parameters, software: goal })).failures).toEqual([]);
  });

  it("accepts any release where the state does not record what the validators run", async () => {
    const news = { parameters, software: software("25.10.0") };
    expect((await provider.check({ parameters }, news)).failures).toEqual([]);
  });

  it("records the software of each run", async () => {
    const olds = { parameters, software: software("26.8.1") };
    const news = { parameters, software: software("26.9.0") };
    expect(await provider.diff("chain-138", olds, news)).toEqual({ changes: true });
    expect(await provider.diff("chain-138", news, news)).toEqual({ changes: false });
    expect((await provider.update("chain-138", olds, news)).outs).toEqual(news);
  });
});

describe("the check of a chain's reclaim policy", () => {
  it("refuses another policy on a living chain, and says how the policy of a disk is changed", async () => {
    const { failures } = await provider.check(
      { parameters, reclaimPolicy: "Retain" },
      { parameters, reclaimPolicy: "Delete" },
    );
    expect(failures).toEqual([
      { property: "reclaimPolicy", reason: expect.stringContaining("RECLAIM_POLICY_FIXED") },
    ]);
    expect(failures?.[0]?.reason).toContain("kubectl patch pv <name>");
  });

  it("accepts the same policy, and the first policy of a chain that had no storage class", async () => {
    for (const olds of [{ parameters, reclaimPolicy: "Delete" }, { parameters }, {}]) {
      expect((await provider.check(olds, { parameters, reclaimPolicy: "Delete" })).failures).toEqual([]);
    }
  });
});

describe("the check of a chain's sharding", () => {
  it("refuses a change in either direction, and nothing before the chain exists", async () => {
    const codes = async (olds: object, news: object) =>
      ((await provider.check(olds, { parameters, ...news })).failures ?? []).map(({ reason }) =>
        reason.replace(/:.*/s, ""),
      );
    expect(await codes({}, { sharding: "region" })).toEqual([]);
    expect(await codes({ parameters, sharding: "region" }, { sharding: "region" })).toEqual([]);
    expect(await codes({ parameters }, { sharding: "region" })).toEqual(["SHARDING_CHANGED"]);
    expect(await codes({ parameters, sharding: "region" }, {})).toEqual(["SHARDING_CHANGED"]);
  });
});

describe("the check of a chain's validators", () => {
  const region = (validators: number) => ({ validators, fixed: { cloud: "azure" } });
  const network = (counts: Readonly<Record<string, number>>) => ({
    parameters,
    validators: Object.entries(counts).flatMap(([name, count]) =>
      Array.from({ length: count }, (_, index) => `${name}-validator-${index}`),
    ),
    placement: {
      network: "chain138",
      regions: Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, region(count)])),
      storage: { validator: "100Gi", rpc: "100Gi" },
    },
  });
  /** The state that a run with the config leaves. */
  const stateAfter = async (olds: object, news: object) => (await provider.check(olds, news)).inputs;
  const codes = async (olds: object, news: object) =>
    ((await provider.check(olds, news)).failures ?? []).map(({ reason }) => reason.replace(/:.*/s, ""));

  it("remembers those of the first run, whatever later runs add and remove", async () => {
    const first = await stateAfter({}, network({ a: 2, b: 2, c: 2 }));
    const second = await stateAfter(first, network({ a: 2, b: 2, d: 2 }));
    expect(second.founders).toEqual(first.founders);
    expect(first.founders).toHaveLength(6);
  });

  it("lets validators leave whom the others can vote out: more than half of all stay", async () => {
    const first = await stateAfter({}, network({ a: 2, b: 2, c: 2, d: 2, e: 2 }));
    expect(await codes(first, network({ a: 2, b: 2, c: 1 }))).toEqual(["QUORUM_LOST"]);
    expect(await codes(first, network({ a: 2, b: 2, c: 2 }))).toEqual([]);
    const second = await stateAfter(first, network({ a: 2, b: 2, c: 2 }));
    expect(await codes(second, network({ a: 2, b: 2, f: 2 }))).toEqual([]);
    expect(await codes(second, network({ a: 2, b: 1, f: 2 }))).toEqual(["QUORUM_LOST"]);
  });

  it("has votes from the first run on that adds or removes validators, also when their names are the same again", async () => {
    const first = await stateAfter({}, network({ a: 4, b: 2 }));
    const same = await stateAfter(first, network({ b: 2, a: 4 }));
    expect([first, same].map(({ isVoted }) => isVoted)).toEqual([undefined, undefined]);
    const second = await stateAfter(same, network({ a: 4, b: 1 }));
    const third = await stateAfter(second, network({ a: 4, b: 2 }));
    expect([second, third].map(({ isVoted }) => isVoted)).toEqual([true, true]);
    expect(await provider.diff("chain-138", first, second)).toEqual({ changes: true });
    // A change that failed may have moved votes, so that the way back is a change as well.
    expect([second, third].map(({ validatorChanges }) => validatorChanges)).toEqual([1, 2]);
    expect(await provider.diff("chain-138", second, third)).toEqual({ changes: true });
    const fourth = await stateAfter(third, network({ b: 2, a: 4 }));
    expect(await provider.diff("chain-138", third, fourth)).toEqual({ changes: false });
  });

  it("has votes as well where each region has its own stack, and keeps no machines there itself", async () => {
    const sharded = (counts: Readonly<Record<string, number>>) => ({
      ...network(counts),
      sharding: "region",
    });
    const first = await stateAfter({}, sharded({ a: 2, b: 2, c: 2, d: 2, e: 2 }));
    expect(await codes(first, sharded({ a: 2, b: 2 }))).toEqual(["QUORUM_LOST"]);
    expect(await codes(first, sharded({ a: 2, b: 2, c: 2 }))).toEqual([]);
    const second = await stateAfter(first, sharded({ a: 2, b: 2, c: 2, d: 1, f: 9 }));
    expect(second).toMatchObject({ isVoted: true, validatorChanges: 1 });
    expect(second).not.toHaveProperty("keptMachines");
  });

  it("votes on those whose votes were lost while nobody voted where regions had their own stacks", async () => {
    const { validators: _, ...others } = network({ a: 4, b: 2 });
    const before = {
      ...others,
      validators: network({ a: 4 }).validators,
      founders: network({ a: 4, b: 2 }).validators,
      sharding: "region",
    };
    expect(await stateAfter(before, { ...network({ a: 4 }), sharding: "region" })).toMatchObject({
      isVoted: true,
      validatorChanges: 0,
    });
  });

  it("leaves a chain whose first run did not record them to the check of the genesis", async () => {
    const { validators, ...unrecorded } = network({ a: 2, b: 2 });
    expect(await codes(unrecorded, network({ a: 1 }))).toEqual([]);
    expect(await stateAfter(unrecorded, network({ a: 2, b: 2 }))).not.toHaveProperty("founders");
  });

  it("refuses to take so many machines of managed clusters away at once that the validators left make no quorum", async () => {
    const on = (cloud: string, counts: Readonly<Record<string, number>>) => ({
      ...network(counts),
      placement: {
        network: "chain138",
        regions: Object.fromEntries(
          Object.entries(counts).map(([name, validators]) => [name, { validators, fixed: { cloud } }]),
        ),
        storage: { validator: "1Gi", rpc: "1Gi" },
      },
    });
    const first = await stateAfter({}, on("azure", { a: 4, b: 4 }));
    expect(await codes(first, on("azure", { a: 4, b: 1 }))).toEqual(["QUORUM_LOST"]);
    expect(await codes(first, on("azure", { a: 4, b: 2 }))).toEqual([]);
    const existing = await stateAfter({}, on("kubernetes", { a: 4, b: 4 }));
    expect(await codes(existing, on("kubernetes", { a: 4, b: 1 }))).toEqual([]);
    // The machines of a region that is removed as a whole run until its validators are voted out.
    const three = await stateAfter({}, on("aws", { a: 4, b: 2, c: 1 }));
    expect(await codes(three, on("aws", { a: 4 }))).toEqual([]);
  });

  it("keeps the machines of managed clusters in a run that removes their validators, and gives them up in the next", async () => {
    const on = (cloud: string, counts: Readonly<Record<string, number>>) => ({
      ...network(counts),
      placement: {
        network: "chain138",
        regions: Object.fromEntries(
          Object.entries(counts).map(([name, validators]) => [name, { validators, fixed: { cloud } }]),
        ),
        storage: { validator: "1Gi", rpc: "1Gi" },
      },
    });
    const kept = (state: object) => (state as { readonly keptMachines?: object }).keptMachines;
    const first = await stateAfter({}, on("azure", { a: 4, b: 4 }));
    expect(kept(first)).toBeUndefined();
    const shrunk = await stateAfter(first, on("azure", { a: 4, b: 3 }));
    expect(kept(shrunk)).toEqual({ b: 4 });
    expect(kept(await stateAfter(shrunk, on("azure", { a: 4, b: 3 })))).toBeUndefined();
    expect(kept(await stateAfter(shrunk, on("azure", { a: 4, b: 2 })))).toEqual({ b: 4 });
    expect(kept(await stateAfter(first, on("azure", { a: 4, b: 5 })))).toBeUndefined();
    expect(kept(await stateAfter(first, on("azure", { a: 4 })))).toBeUndefined();
    const existing = await stateAfter({}, on("kubernetes", { a: 4, b: 4 }));
    expect(kept(await stateAfter(existing, on("kubernetes", { a: 4, b: 3 })))).toBeUndefined();
  });

  it("refuses another name of the network once, and not for each validator", async () => {
    const first = await stateAfter({}, network({ a: 4 }));
    const renamed = network({ a: 4 });
    expect(
      await codes(first, {
        ...renamed,
        validators: [],
        placement: { ...renamed.placement, network: "other" },
      }),
    ).toEqual(["NETWORK_NAME_FIXED"]);
  });

  it("refuses another storage class of a region", async () => {
    const config = (storageClass: string | null) => ({
      ...network({ a: 4 }),
      placement: {
        ...network({ a: 4 }).placement,
        regions: { a: { validators: 4, fixed: { cloud: "kubernetes", storageClass } } },
      },
    });
    expect(await codes(await stateAfter({}, config(null)), config("fast"))).toEqual(["STORAGE_CLASS_FIXED"]);
    expect(await codes(await stateAfter({}, config("fast")), config("fast"))).toEqual([]);
  });
});
