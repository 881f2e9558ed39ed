import { tableOf } from "../table";
import type { NetworkStatus, ValidatorStatus } from "./region-status";

/** The report of `services status`: a line for each validator, the regions in the order of the config, then the chain. */
export function statusReport({ regions, chain }: NetworkStatus): string {
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
  const problems = regions.flatMap(({ name, validators, error }) =>
    error === undefined
      ? validators.flatMap(({ name: validator, problem }) =>
          problem === undefined ? [] : [`${name}: ${validator} does not answer: ${problem}`],
        )
      : [`${name}: ${error}`],
  );
  const failed = regions.filter(({ error }) => error !== undefined).length;
  return [
    table,
    ...problems,
    ...(failed === 0 ? [] : [`${failed} of ${regions.length} regions did not answer.`]),
    chainLine(chain),
  ].join("\n");
}

function row({ name, state, ready, peers, head, lag, signing }: ValidatorStatus): (string | number)[] {
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
