import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Address } from "viem";
import { engineCancellation } from "../../engine/cancellation";
import type { FullProvider } from "../../engine/dynamic-resource";
import type { ValidatorSelection } from "../genesis/validator-contract";
import type { ReadBallot } from "./ballot";
import { contractBallot } from "./contract-ballot";
import { headerBallot } from "./header-ballot";
import { type MemberRegion, Members } from "./members";
import { type MembershipPhase, planMembership } from "./plan";
import { cancelled, Progress, stalled } from "./progress";

interface Inputs {
  readonly regions: readonly MemberRegion[];
  readonly change?: number | undefined;
  readonly founders?: readonly Address[];
  readonly selection?: ValidatorSelection;
}

interface Outputs extends Inputs {
  readonly chainValidators: readonly Address[];
}

/**
 * Behind ValidatorSet. A run that was killed leaves votes and proposals on the nodes, from which the next one goes on: the plan
 * depends on what they say alone.
 */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Outputs, news: Inputs) => ({
    changes:
      mayAsk(news) &&
      (olds.change !== news.change || !isDeepStrictEqual([...olds.chainValidators], addressesOf(news))),
  }),
  create: async (inputs: Inputs) => ({
    id: "validators",
    outs: mayAsk(inputs) ? await change(inputs, []) : unchanged(inputs),
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, olds: Outputs, news: Inputs) => ({ outs: await change(news, olds.regions) }),
  delete: async () => {},
};

function mayAsk({ regions }: Inputs): boolean {
  return regions.length > 0;
}

function unchanged({ regions, founders = [] }: Inputs): Outputs {
  return { regions, change: NO_CHANGE, chainValidators: [...founders].sort() };
}

/** The number of the last change of a chain that has seen none. Left out, the SDK would take the number in the inputs. */
const NO_CHANGE = -1;

/** Ascending. */
function addressesOf({ regions }: Inputs): Address[] {
  return regions.flatMap(({ validators }) => validators).sort();
}

const POLL_SECONDS = 1;

const BALLOTS: Readonly<Record<ValidatorSelection, ReadBallot>> = {
  blockheader: headerBallot,
  contract: contractBallot,
};

/**
 * Makes the chain's validators those of the config.
 *
 * @param former the regions of the last change. The nodes of those that the config does not have any more run until the end of
 *   the run, and vote.
 * @throws ChainfleetError VALIDATORS_NOT_CHANGED if the change comes to a standstill, or if the engine cancels the change.
 */
async function change(inputs: Inputs, former: readonly MemberRegion[]): Promise<Outputs> {
  const members = new Members(inputs.regions, former, BALLOTS[inputs.selection ?? "blockheader"]);
  const progress = new Progress();
  let answeredAt = Date.now();
  let before: MembershipPhase["kind"] | undefined;
  try {
    for (;;) {
      const observed = await members.observe();
      const { steps, phase } =
        observed === undefined
          ? { steps: [], phase: { kind: "discarding" } as const }
          : planMembership(observed);
      // A vote that was under way is in a block by the time of the second look.
      if (observed !== undefined && phase.kind === "done" && before === "done") {
        return { ...inputs, chainValidators: [...observed.current].sort() };
      }
      before = phase.kind;
      await members.make(steps);
      if (observed !== undefined) {
        answeredAt = Date.now();
        progress.note(observed, phase, answeredAt);
      }
      const hasEnded =
        observed === undefined
          ? Date.now() - answeredAt > UNANSWERED_SECONDS * 1000
          : progress.hasEnded(observed, phase, Date.now());
      if (hasEnded) {
        throw stalled(observed, phase);
      }
      await pause(POLL_SECONDS * 1000, undefined, { signal: engineCancellation }).catch(() => {
        throw cancelled();
      });
    }
  } finally {
    members.close();
  }
}

/** Nodes that have just started answer within a minute. */
const UNANSWERED_SECONDS = 300;
