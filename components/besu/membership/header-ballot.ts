import type { Address } from "viem";
import type { Ballot, Voter } from "./ballot";

/** The ballot of a chain whose validators vote in the headers of the blocks that they propose: the node has been told what for. */
export async function headerBallot({ node }: Voter): Promise<Ballot> {
  const pending = await node.call<Readonly<Record<Address, boolean>>>("qbft_getPendingVotes");
  return {
    proposals: new Map(
      Object.entries(pending).map(([subject, add]) => [subject.toLowerCase() as Address, add]),
    ),
    isUnderway: false,
    cast: async (steps) => {
      await Promise.all(
        steps.map((step) =>
          step.kind === "propose"
            ? node.call("qbft_proposeValidatorVote", step.subject, step.add)
            : node.call("qbft_discardValidatorVote", step.subject),
        ),
      );
    },
  };
}
