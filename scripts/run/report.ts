import { styleText } from "node:util";
import { tableOf } from "../table";
import { nameOf } from "./resource-names";
import type { RegionSummary, Summary } from "./summary";

/**
 * The report that is printed after a run: a table of the regions, the contracts, the errors, and the critical path.
 *
 * @param directory of the run's record.
 */
export function report(summary: Summary, directory: string): string {
  const regions = tableOf(
    ["region", "cloud", { numbers: "validators" }, "result", { numbers: "seconds" }],
    summary.regions.map(({ name, cloud, validators, result, seconds }) => [
      name,
      cloud,
      validators,
      coloured(result),
      seconds === 0 ? "-" : seconds.toFixed(1),
    ]),
  );
  const { create, update, replace, delete: deleted, same } = summary.changes;
  const slow = summary.criticalPath.filter(({ seconds }) => seconds >= 0.1);
  const lines = [
    ...(summary.regions.length === 0 ? [] : [regions]),
    ...summary.contracts.map(
      ({ chain, contracts, verified, notVerified }) =>
        `${chain}: ${contracts} contracts${verified + notVerified === 0 ? "" : `, ${verified} verified`}${notVerified === 0 ? "" : styleText("red", `, ${notVerified} not`)}`,
    ),
    ...summary.regions.flatMap(({ name, error }) =>
      error === undefined ? [] : [block(`${name} failed`, error)],
    ),
    ...summary.errors.map((error) => block("failed", error)),
    `${coloured(summary.result)} in ${summary.seconds.toFixed(1)} s: ${create} created, ${update} updated, ${replace} replaced, ${deleted} deleted, ${same} unchanged`,
    ...(slow.length === 0
      ? []
      : [
          `critical path ${summary.criticalPathSeconds.toFixed(1)} s: ${slow
            .map(({ urn, seconds }) => `${nameOf(urn)} ${seconds.toFixed(1)}`)
            .join(" > ")}`,
        ]),
    ...(summary.throttles > 0 ? [`the clouds throttled ${summary.throttles} calls`] : []),
    `record: ${directory}`,
  ];
  return lines.join("\n");
}

function coloured(result: RegionSummary["result"]): string {
  return styleText(result === "succeeded" ? "green" : "red", result);
}

function block(title: string, text: string): string {
  return `${styleText("red", title)}\n${text.replace(/^/gm, "  ")}`;
}
