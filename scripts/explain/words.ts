import { durationText } from "../run/duration-text";
import { PART_NAMES } from "../run/timing/part-names";
import { tableOf } from "../terminal/table";
import type { ExplainedLink, ExplainedOperation, Explanation } from "./explanation";

/** An explanation in words. Operations under a tenth of a second are summed up. */
export function explanationText(explanation: Explanation): string {
  return [
    opening(explanation),
    ...(explanation.criticalPath.length === 0
      ? ["The run changed nothing, so there is no critical path."]
      : ["", ...pathLines(explanation), "", ...shorteningLines(explanation)]),
    "",
    ...partLines(explanation),
  ].join("\n");
}

function opening(explanation: Explanation): string {
  const { run, stack, mode, result, seconds, predictedSeconds, criticalPathSeconds, ratio } = explanation;
  const command = mode === "up" ? "up" : "down";
  const predicted = predictedSeconds === undefined ? "" : `; ${durationText(predictedSeconds)} were expected`;
  const path =
    criticalPathSeconds === 0
      ? ""
      : ` Its critical path is ${durationText(criticalPathSeconds)} long, so the run took ${ratio.toFixed(2)} times as long as its longest chain of operations that wait for each other.`;
  return `Run ${run}: ${command} of the stack ${stack} ${result} in ${durationText(seconds)}${predicted}.${path}`;
}

function pathLines({ criticalPath, criticalPathSeconds }: Explanation): string[] {
  const long = criticalPath.filter(isLong);
  const short = criticalPath.length - long.length;
  return [
    "The critical path:",
    tableOf(
      ["operation", "region or chain", { numbers: "seconds" }, { numbers: "share" }, "waits inside"],
      long.map((link) => [
        `${link.op} ${link.name}`,
        link.group ?? "",
        link.seconds.toFixed(1),
        `${Math.round((100 * link.seconds) / criticalPathSeconds)} %`,
        waitsText(link),
      ]),
    ),
    ...(short === 0 ? [] : [`and ${count(short, "operation")} of less than 0.1 s.`]),
  ];
}

function waitsText({ waitedSeconds, waits }: ExplainedLink): string {
  if (waitedSeconds === 0) {
    return "";
  }
  const reasons = [
    ...new Set(waits.map(({ kind, reason }) => (reason === "" ? kind : `${kind}: ${reason}`))),
  ];
  return `${waitedSeconds.toFixed(1)} s (${reasons.join("; ")})`;
}

function shorteningLines({ criticalPath, criticalPathSeconds, independentChain }: Explanation): string[] {
  const dominant = [...criticalPath].sort((one, other) => other.seconds - one.seconds)[0];
  const waiting = criticalPath.reduce((sum, { waitedSeconds }) => sum + waitedSeconds, 0);
  const best = criticalPath
    .filter(({ gainSeconds }) => gainSeconds >= NOTICEABLE)
    .sort((one, other) => other.gainSeconds - one.gainSeconds)
    .slice(0, 3);
  const { seconds, operations } = independentChain;
  const other = [...operations].sort((one, next) => next.seconds - one.seconds)[0];
  return [
    "What would make the run shorter:",
    ...(dominant === undefined
      ? []
      : [
          `- ${named(dominant)} is ${Math.round((100 * dominant.seconds) / criticalPathSeconds)} % of the critical path.`,
        ]),
    ...best.map(
      (link) =>
        `- ${named(link)} may become ${durationText(link.gainSeconds)} shorter, ${link.gainSeconds >= link.seconds - NOTICEABLE ? "which is all of it" : "after which another chain is the critical path"}${link.nextLongest === undefined ? "" : `, with ${named(link.nextLongest)}`}.`,
    ),
    ...(best.length === 0
      ? [
          "- No single operation: another chain is as long as the critical path, so both would have to become shorter.",
        ]
      : []),
    ...(waiting < NOTICEABLE
      ? []
      : [`- ${durationText(waiting)} of the critical path are waits inside its operations.`]),
    ...(other === undefined
      ? []
      : [
          `- The longest chain that shares nothing with the critical path takes ${durationText(seconds)} (${named(other)} the most of it). However fast the critical path becomes, the run takes at least that long.`,
        ]),
  ];
}

function partLines({ parts, seconds }: Explanation): string[] {
  return [
    `The ${durationText(seconds)} of the run in parts:`,
    ...PART_NAMES.filter(({ key }) => parts[key] >= 0.05).map(
      ({ key, name, what }) => `${parts[key].toFixed(1).padStart(8)}  ${name}: ${what}`,
    ),
  ];
}

/** In seconds. */
const NOTICEABLE = 0.1;

function isLong({ seconds }: ExplainedOperation): boolean {
  return seconds >= NOTICEABLE;
}

function named({ op, name, seconds }: ExplainedOperation): string {
  return `${name} (${op}, ${durationText(seconds)})`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
