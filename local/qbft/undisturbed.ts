import type { Address } from "viem";
import type { Decision, HeightSetting } from "./height";
import { proposerOf, quorumOf } from "./proposer";

/** A validator that takes part, and when it imported the parent. */
export interface Participant {
  readonly validator: Address;
  readonly joined: number;
}

/**
 * The decision of a height in round 0, computed in place of simulated: the same as {@link Height} comes to if nothing
 * happens to the participants meanwhile. Undefined if round 0 does not lead to a decision in time.
 *
 * A network of N validators exchanges 2N² messages for a block. In the usual course of things they need not be followed one by
 * one: the k-th message arrives when the k-th smallest sum of times is over.
 */
export function undisturbedDecision(
  setting: HeightSetting,
  participants: readonly Participant[],
): Decision | undefined {
  const quorum = quorumOf(setting.validators.length);
  const proposer = proposerOf(setting.validators, setting.parentProposer, 0);
  const leader = participants.find(({ validator }) => validator === proposer);
  if (leader === undefined || participants.length < quorum) {
    return undefined;
  }
  const proposedAt = Math.max(setting.notBefore, leader.joined);
  const delays = participants.map((to) =>
    participants.map((from) => (from === to ? 0 : setting.delay(from.validator, to.validator))),
  );
  if (delays.some((row) => row.includes(undefined))) {
    return undefined;
  }
  const matrix = delays as number[][];
  const first = participants.indexOf(leader);
  const accepted = participants.map(({ joined }, to) =>
    Math.max(proposedAt + (matrix[to]?.[first] ?? 0), joined),
  );
  const quorumAt = (sent: readonly number[], to: number) => {
    const times = Float64Array.from(sent, (time, from) => time + (matrix[to]?.[from] ?? 0)).sort();
    return Math.max(times[quorum - 1] ?? Number.POSITIVE_INFINITY, accepted[to] ?? 0);
  };
  const prepared = participants.map((_, to) => quorumAt(accepted, to));
  const committed = participants.map((_, to) => quorumAt(prepared, to));
  const time = Math.min(...committed);
  const firstTimeout = Math.min(
    ...participants.map(
      ({ joined }, index) =>
        Math.min(Math.max(joined, setting.notBefore), accepted[index] ?? 0) + setting.requestTimeout,
    ),
  );
  const by = participants[committed.indexOf(time)];
  return by === undefined || time >= firstTimeout
    ? undefined
    : { time, by: by.validator, round: 0, proposer, proposedAt };
}
