import { marginOf, restartsAtOnce, type Votes, votesText } from "./votes";

/** A running validator, or the Kubernetes nodes of a region, that an `up` would restart. */
export interface PlannedRestart {
  /** Name of the resource. @example "eastus-validator-0", "eastus-aks" */
  readonly name: string;
  /** Name of the region. */
  readonly region: string | undefined;
  /** The images before and after; undefined for Kubernetes nodes. */
  readonly images?: { readonly before: string; readonly after: string } | undefined;
}

/**
 * What a preview says about restarts: of what, why, how many at once, in which order, and what is left of the quorum
 * meanwhile.
 *
 * @param regions in the order in which the gate takes them.
 * @returns undefined if nothing restarts.
 */
export function restartsText(
  restarts: readonly PlannedRestart[],
  votes: Votes,
  regions: readonly string[],
): string | undefined {
  if (restarts.length === 0) {
    return undefined;
  }
  const validators = restarts.filter(({ images }) => images !== undefined);
  const pools = restarts.filter(({ images }) => images === undefined);
  const atOnce = restartsAtOnce(votes);
  const order = regions.filter((name) => restarts.some(({ region }) => region === name));
  const subject = [
    ...(validators.length === 0
      ? []
      : [
          `${validators.length} ${validators.length === 1 ? "validator" : "validators"} (${reason(validators)})`,
        ]),
    ...(pools.length === 0
      ? []
      : [
          `the validators of ${pools.map(({ name }) => name).join(", ")}, whose Kubernetes nodes are updated`,
        ]),
  ].join(", and ");
  const way =
    atOnce === 0
      ? "none may: the chain would stop while a single one restarts, and up refuses the update"
      : `${atOnce === 1 ? "one" : atOnce} at a time, each when the one before is ready, in the order ${order.join(", ")}`;
  return `will restart: ${subject}; ${way}. ${leftText(votes, atOnce)}`;
}

/** @example "hyperledger/besu:26.8.1 in place of hyperledger/besu:26.9.0" */
function reason(validators: readonly PlannedRestart[]): string {
  const changes = new Set(
    validators.map(({ images }) =>
      images === undefined || images.before === images.after
        ? "another configuration"
        : `${images.after} in place of ${images.before}`,
    ),
  );
  return [...changes].join("; ");
}

function leftText(votes: Votes, atOnce: number): string {
  const margin = marginOf(votes) - atOnce;
  const during = { ...votes, present: votes.present - atOnce };
  return atOnce === 0
    ? `${capital(votesText(votes))}.`
    : `Meanwhile ${votesText(during)}: ${margin} more may fail.`;
}

function capital(text: string): string {
  return text.replace(/^[a-z]/, (letter) => letter.toUpperCase());
}
