import { styleText } from "node:util";
import { WAIT_KINDS } from "../../components/governor/waits";
import { tableOf } from "../terminal/table";
import { nameOf } from "./resource-names";
import type { ContractCounts } from "./result/contract-counts";
import { validatorsText } from "./result/votes";
import type { RegionSummary, Summary } from "./summary";
import { PART_NAMES } from "./timing/part-names";

/**
 * The report that is printed after a run: a table of the regions, the contracts, the errors, and the critical path.
 *
 * @param directory of the run's record.
 */
export function report(summary: Summary, directory: string): string {
  // A release to Auto Scaling Groups has none.
  const hasValidators = summary.regions.some(({ validators }) => validators > 0);
  const regions = tableOf(
    [
      "region",
      "cloud",
      ...(hasValidators ? [{ numbers: "validators" }] : []),
      "result",
      { numbers: "seconds" },
    ],
    summary.regions.map(({ name, cloud, validators, votes, result, seconds }) => [
      name,
      cloud,
      ...(hasValidators ? [validatorsText(validators, votes)] : []),
      coloured(result, summary),
      seconds === 0 ? "-" : seconds.toFixed(1),
    ]),
  );
  const slow = summary.criticalPath.filter(({ seconds }) => seconds >= 0.1);
  const lines = [
    ...(summary.regions.every(({ result }) => result === "not-begun") ? [] : [regions]),
    ...summary.contracts.map(contractsLine),
    ...summary.regions.flatMap(({ name, error }) =>
      error === undefined ? [] : [block(`${name} failed`, error)],
    ),
    ...summary.errors.map((error) => block("failed", error)),
    `${summary.simulated ? "simulated: " : ""}${coloured(summary.result, summary)} in ${summary.seconds.toFixed(1)} s: ${changesOf(summary)}${expected(summary)}`,
    ...(slow.length === 0
      ? []
      : [
          `critical path ${summary.criticalPathSeconds.toFixed(1)} s: ${slow
            .map(({ urn, seconds }) => `${nameOf(urn)} ${seconds.toFixed(1)}`)
            .join(" > ")}`,
        ]),
    ...(slow.length === 0 ? [] : [restOfTime(summary)]),
    ...waitLines(summary),
    ...(summary.throttles > 0 ? [`the clouds throttled ${summary.throttles} calls`] : []),
    `record: ${directory} (timeline.html; chainfleet explain says more)`,
  ];
  return lines.join("\n");
}

/** What the rest of the run's time was, so that nobody has to guess where the time beside the critical path went. */
function restOfTime({ seconds, criticalPathSeconds, parts }: Summary): string {
  const rest = PART_NAMES.filter(({ key }) => key !== "path" && parts[key] >= 0.1);
  return `the other ${(seconds - criticalPathSeconds).toFixed(1)} s: ${rest.map(({ key, name }) => `${name} ${parts[key].toFixed(1)}`).join(", ")}`;
}

function changesOf({ changes, result }: Summary): string {
  const { create, update, replace, delete: deleted, same } = changes;
  return result === "failed" && create + update + replace + deleted === 0
    ? "nothing was changed"
    : `${create} created, ${update} updated, ${replace} replaced, ${deleted} deleted, ${same} unchanged`;
}

/** @example "chain138: 10 contracts, 9 deployed, 1 failed, 8 verified, 1 not" */
function contractsLine(counts: ContractCounts): string {
  const { chain, contracts, deployed, adopted, failed, verified, notVerified } = counts;
  return [
    `${chain}: ${contracts} contracts`,
    ...(deployed === 0 ? [] : [`${deployed} deployed`]),
    ...(adopted === 0 ? [] : [`${adopted} there before`]),
    ...(failed === 0 ? [] : [styleText("red", `${failed} failed`)]),
    ...(verified + notVerified === 0 ? [] : [`${verified} verified`]),
    ...(notVerified === 0 ? [] : [styleText("red", `${notVerified} not`)]),
  ].join(", ");
}

function expected({ predictedSeconds }: Summary): string {
  return predictedSeconds === undefined ? "" : `; ${predictedSeconds.toFixed(1)} s were expected`;
}

function waitLines({ waits }: Summary): string[] {
  const waited = WAIT_KINDS.filter((kind) => waits[kind] >= 0.1);
  return waited.length === 0
    ? []
    : [
        `operations waited, added up: ${waited.map((kind) => `${kind} ${waits[kind].toFixed(1)} s`).join(", ")}`,
      ];
}

/** The word for a result. Ctrl+C is no failure: what is finished is done, and everything else is interrupted. */
function coloured(result: RegionSummary["result"], run: Summary): string {
  switch (result) {
    case "succeeded":
      return styleText("green", run.result === "cancelled" ? "done" : result);
    case "deleted":
      return styleText("green", result);
    case "cancelled":
      return styleText("yellow", "interrupted");
    case "not-begun":
      return styleText("yellow", "not begun");
    default:
      return styleText("red", result);
  }
}

function block(title: string, text: string): string {
  return `${styleText("red", title)}\n${text.replace(/^/gm, "  ")}`;
}
