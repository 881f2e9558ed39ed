import { listed, marginOf, restartsAtOnce, type Votes, votesText } from "./votes";

/** A running validator, or the Kubernetes nodes of a region, that an `up` would restart. */
export interface PlannedRestart {
  /** Name of the resource. @example "eastus-validator-0", "eastus-aks" */
  readonly name: string;
  /** Name of the region. */
  readonly region: string | undefined;
  /** The images before and after; undefined for Kubernetes nodes. */
  readonly images?: { readonly before: string; readonly after: string } | undefined;
}

/** What is known when a preview tells restarts. */
export interface RestartCircumstances {
  readonly votes: Votes;
  /** The names of the validators that restart and are down already. */
  readonly repaired: readonly string[];
  /** The names of the regions in the order in which the gate takes them. */
  readonly regions: readonly string[];
}

/**
 * What a preview says about restarts: of what, why, which first, how many at once, in which order, and what is left of the
 * quorum meanwhile.
 *
 * @returns undefined if nothing restarts.
 */
export function restartsText(
  restarts: readonly PlannedRestart[],
  { votes, repaired, regions }: RestartCircumstances,
): string | undefined {
  if (restarts.length === 0) {
    return undefined;
  }
  const validators = restarts.filter(({ images }) => images !== undefined);
  const pools = restarts.filter(({ images }) => images === undefined).map(({ name }) => name);
  const subject = [
    ...(validators.length === 0
      ? []
      : [
          `${validators.length} ${validators.length === 1 ? "validator" : "validators"} (${reason(validators)})`,
        ]),
    ...(pools.length === 0
      ? []
      : [`the validators of ${pools.sort().join(", ")}, whose Kubernetes nodes are updated`]),
  ].join(", and ");
  const others = restarts.filter(({ name }) => !repaired.includes(name));
  // Before the others, the gate waits for those that were down.
  const then = { ...votes, present: Math.min(votes.total, votes.present + repaired.length) };
  const parts = [...(repaired.length === 0 ? [] : [repairText(repaired)]), ...wayOf(others, then, regions)];
  const rest = others.length === 0 ? "" : ` ${leftText(then, restartsAtOnce(then))}`;
  return `will restart: ${subject}; ${parts.join("; ")}.${rest}`;
}

/** @example "a and b are down already and go first, which costs the chain nothing" */
function repairText(repaired: readonly string[]): string {
  const [are, go] = repaired.length === 1 ? ["is", "goes"] : ["are", "go"];
  return `${listed([...repaired].sort())} ${are} down already and ${go} first, which costs the chain nothing`;
}

function wayOf(restarts: readonly PlannedRestart[], votes: Votes, regions: readonly string[]): string[] {
  if (restarts.length === 0) {
    return [];
  }
  const atOnce = restartsAtOnce(votes);
  const order = regions.filter((name) => restarts.some(({ region }) => region === name));
  return [
    atOnce === 0
      ? "none of those that are up may: the chain would stop while a single one restarts, and up refuses their update"
      : `${atOnce === 1 ? "one" : atOnce} at a time, each when the one before is ready, in the order ${order.join(", ")}`,
  ];
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
