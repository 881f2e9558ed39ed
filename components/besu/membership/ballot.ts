import type { Address, Hex } from "viem";
import type { NodeClient } from "../node-access/node-client";
import type { NodeObservation } from "../node-access/observe-node";
import type { VoteStep } from "./plan";

/** A validator whose node has answered. */
export interface Voter {
  readonly address: Address;
  readonly node: Pick<NodeClient, "call" | "callAll">;
  readonly answer: NodeObservation;
  /** Reads the validator's private key where its node has it. @throws Error if it is not there. */
  readonly privateKey: () => Promise<Hex>;
}

/** The votes of a validator at one moment, and how to change them. */
export interface Ballot {
  /** What it votes for: true to add the validator, false to remove it. */
  readonly proposals: ReadonlyMap<Address, boolean>;
  /** Whether it has cast votes that are in no block yet, and so not among the proposals. */
  readonly isUnderway: boolean;
  /** Makes steps, in this order. @throws Error if the node does not take one. */
  readonly cast: (steps: readonly VoteStep[]) => Promise<void>;
}

/** Asks a node for the votes of its validator: one way for each way in which a chain selects its validators. */
export type ReadBallot = (voter: Voter) => Promise<Ballot>;
