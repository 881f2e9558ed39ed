import { type Address, pad, toHex } from "viem";
import type { NodeObservation } from "../node-access/observe-node";
import type { ExpectedNetwork } from "./judgement";
import type { ObservedNode, ObservedRegion } from "./network-status";

/** Observations for tests: of four validators, in sync at block 100. */

export function addressOf(index: number): Address {
  return pad(toHex(index + 1), { size: 20 });
}

export function observation(head: number, changes: Partial<NodeObservation> = {}): NodeObservation {
  return {
    at: 1_000,
    chainId: 138,
    genesisHash: "0xaa",
    head: { number: head, hash: "0x01", timestampSeconds: 0 },
    syncingTo: undefined,
    peers: 3,
    validators: [0, 1, 2, 3].map(addressOf),
    lastProposed: new Map([0, 1, 2, 3].map((index) => [addressOf(index), head - index])),
    ...changes,
  };
}

export function validator(index: number, changes: Partial<ObservedNode> = {}): ObservedNode {
  const observed = "observation" in changes ? changes.observation : observation(100);
  const name = `validator-${index % 2}`;
  return {
    name,
    role: "validator",
    pod: `${name}-0`,
    address: addressOf(index),
    replicas: 1,
    isReady: true,
    observation: observed,
    readings: observed === undefined ? [] : [{ at: observed.at, number: observed.head.number }],
    common: undefined,
    problem: undefined,
    ...changes,
  };
}

export function region(name: string, ...nodes: ObservedNode[]): ObservedRegion {
  return { name, cloud: "azure", nodes };
}

export const HEALTHY = [
  region("eastus", validator(0), validator(1)),
  region("westus", validator(2), validator(3)),
];

export const EXPECTED: ExpectedNetwork = { validators: 4, rpcNodes: 0, missingPeers: {} };
