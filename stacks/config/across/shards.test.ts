import { describe, expect, it } from "vitest";
import { acrossShards } from "./shards";

const keys = (config: object) => acrossShards({ sharding: "region", ...config }).map(({ key }) => key);

describe("sharding: region", () => {
  it("requires fixed addresses of validators on existing clusters", () => {
    const onprem = { cloud: "kubernetes", name: "onprem", validators: 1 };
    expect(keys({ regions: [onprem] })).toEqual(["regions[0].p2pAddresses"]);
    expect(keys({ regions: [{ ...onprem, p2pAddresses: ["198.51.100.10"] }] })).toEqual([]);
    expect(keys({ regions: [{ ...onprem, validators: 0 }] })).toEqual([]);
    expect(keys({ regions: [{ cloud: "azure", name: "eastus" }] })).toEqual([]);
  });

  it("refuses contracts that need this network's nodes, and stacks without a network", () => {
    const contracts = { chains: { own: { chainId: 138 }, mainnet: { rpcUrl: "https://rpc.example.com" } } };
    expect(keys({ stack: "full", contracts })).toEqual(["contracts.chains.own.rpcUrl"]);
    expect(keys({ stack: "rolling" })).toEqual(["sharding"]);
    expect(acrossShards({ stack: "full", contracts })).toEqual([]);
    const reached = { chains: { own: { chainId: 138, rpcUrl: "https://rpc.example.com" } } };
    expect(keys({ stack: "full", contracts: reached })).toEqual([]);
    expect(keys({ stack: "full", contracts: reached, healthGate: {} })).toEqual(["contracts.chains.own"]);
  });

  it("refuses waves, which are edges in one graph", () => {
    expect(keys({ rollout: [1, 2] })).toEqual(["rollout"]);
    expect(acrossShards({ sharding: "none", rollout: [1, 2] })).toEqual([]);
  });
});
