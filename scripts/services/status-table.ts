import { type Judgement, unmetLines } from "../../components/besu/health/judgement";
import type { NetworkStatus, NodeStatus } from "../../components/besu/health/network-status";
import { tableOf } from "../terminal/table";

/**
 * The report of `services status`: a line for each validator, the regions in the order of the config, then what is not as it
 * should be, then the chain.
 */
export function statusReport({ status: { regions, chain }, unmet }: Judgement): string {
  const table = tableOf(
    [
      "region",
      "validator",
      "state",
      "ready",
      { numbers: "peers" },
      { numbers: "head" },
      { numbers: "lag" },
      "signing",
    ],
    regions.flatMap(({ name, validators, error }) =>
      error === undefined
        ? validators.map((validator) => [name, ...row(validator)])
        : [[name, "-", "no answer", "-", "-", "-", "-", "-"]],
    ),
  );
  const failed = regions.filter(({ error }) => error !== undefined).length;
  return [
    table,
    ...unmetLines(unmet),
    ...(failed === 0 ? [] : [`${failed} of ${regions.length} regions did not answer.`]),
    chainLine(chain),
  ].join("\n");
}

function row({ name, state, ready, peers, head, lag, signing }: NodeStatus): (string | number)[] {
  return [name, state, yes(ready), peers ?? "-", head ?? "-", lag ?? "-", yes(signing)];
}

function yes(value: boolean | null): string {
  return value === null ? "-" : value ? "yes" : "no";
}

function chainLine({ head, validators, signing, quorum, genesisBlocks }: NetworkStatus["chain"]): string {
  if (head === null || validators === null || signing === null || quorum === null) {
    return "chain: no node answers";
  }
  const margin = signing - quorum;
  const text = `chain: block ${head}, ${signing} of ${validators} validators sign, quorum ${quorum}, ${margin < 0 ? `${-margin} too few` : `${margin} more may fail`}`;
  return genesisBlocks > 1 ? `${text}\nThe nodes are on ${genesisBlocks} different chains.` : text;
}
