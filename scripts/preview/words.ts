import { styleText } from "node:util";
import { durationText } from "../run/duration-text";
import type { Prediction } from "../run/durations/prediction";
import { nameOf } from "../run/resource-names";
import { tableOf } from "../table";
import type { ChangedResource, Changes } from "./changes";

/** A preview for a person: what costs most attention comes first. */
export function previewText(changes: Changes, prediction: Prediction | undefined): string {
  const { regions, replaced, deleted, updated, created } = changes;
  return [
    tableOf(
      ["region", ...["replace", "delete", "update", "create", "unchanged"].map((numbers) => ({ numbers }))],
      regions.map(({ name, replace, delete: gone, update, create, same }) => [
        name,
        alarming(replace),
        alarming(gone),
        shown(update),
        shown(create),
        shown(same),
      ]),
    ),
    ...list("will be replaced", replaced, replaced.length),
    ...list("will be deleted", deleted, deleted.length),
    ...list("will be updated", updated, UPDATES_SHOWN),
    `${replaced.length} to replace, ${deleted.length} to delete, ${updated.length} to update, ${created.length} to create`,
    ...(prediction === undefined ? [] : [predictionText(prediction)]),
  ].join("\n");
}

/** Further updates are counted; `--diff` shows all. */
const UPDATES_SHOWN = 30;

function predictionText({ seconds, operations, learned, path }: Prediction): string {
  const longest = [...path].sort((one, other) => other.seconds - one.seconds)[0];
  const most =
    longest === undefined
      ? ""
      : ` Most of it is ${nameOf(longest.urn)} (${longest.op}, ${durationText(longest.seconds)}).`;
  return `up is expected to take ${durationText(seconds)}: the longest chain of ${operations} operations, the durations of ${learned} of them learned from past runs.${most}`;
}

function list(title: string, resources: readonly ChangedResource[], most: number): string[] {
  if (resources.length === 0) {
    return [];
  }
  const more = resources.length - most;
  return [
    `${title}:`,
    ...resources.slice(0, most).map(({ name, type, properties }) => {
      const why = properties.length === 0 ? "" : `: ${properties.join(", ")}`;
      return `  ${name} (${type.split(":").at(-1)})${why}`;
    }),
    ...(more > 0 ? [`  and ${more} more; --diff shows all`] : []),
  ];
}

function shown(count: number): string {
  return count === 0 ? "-" : String(count);
}

function alarming(count: number): string {
  return count === 0 ? "-" : styleText("red", String(count));
}
