import { styleText } from "node:util";
import { durationText } from "../run/duration-text";
import type { Prediction } from "../run/durations/prediction";
import { expectedLength } from "../run/durations/prediction-text";
import { nameOf } from "../run/resource-names";
import { tableOf } from "../terminal/table";
import type { ChangedResource, Changes } from "./changes";
import { differenceText } from "./differences";

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
    ...(deleted.some(isOnChain) ? [`  ${STAYS_ON_CHAIN}`] : []),
    ...list("will be updated", updated, UPDATES_SHOWN),
    ...list("will be created", created, CREATIONS_SHOWN),
    `${replaced.length} to replace, ${deleted.length} to delete, ${updated.length} to update, ${created.length} to create`,
    ...(prediction === undefined ? [] : [predictionText(prediction, (name) => name)]),
  ].join("\n");
}

/** Whether the deletion of a resource changes nothing on its chain. */
export function isOnChain(resource: ChangedResource): boolean {
  return ["ForgeDeployment", "ContractCall"].includes(typeOf(resource));
}

export const STAYS_ON_CHAIN =
  "Contracts and the effects of calls stay on their chains; only the state forgets them.";

/** The number of lines about updates. Further ones are counted; `--diff` shows all. */
const UPDATES_SHOWN = 30;

/** The number of lines about creations, for a change of a network that exists. A first run creates hundreds. */
const CREATIONS_SHOWN = 12;

/** @param quoted gives the name of a resource the form that it has in the text. */
export function predictionText(prediction: Prediction, quoted: (name: string) => string): string {
  const longest = [...prediction.path].sort((one, other) => other.seconds - one.seconds)[0];
  const most =
    longest === undefined
      ? ""
      : ` Most of it is ${quoted(nameOf(longest.urn))} (${longest.op}, ${durationText(longest.seconds)}).`;
  return `up is expected to take ${expectedLength(prediction)}.${most}`;
}

function list(title: string, resources: readonly ChangedResource[], most: number): string[] {
  if (resources.length === 0) {
    return [];
  }
  const lines = toldTogether(resources).flatMap(groupLines);
  const more = lines.length - most;
  return [
    `${title}:`,
    ...lines.slice(0, most),
    ...(more > 0 ? [`  and ${more} more; --diff shows all`] : []),
  ];
}

/** Resources that a text tells together: of one type, with one change. A resource that is told alone is a group of its own. */
export function toldTogether(resources: readonly ChangedResource[]): ResourceGroup[] {
  const groups = new Map<string, ResourceGroup>();
  for (const resource of resources) {
    const change = JSON.stringify([typeOf(resource), reasonsOf(resource)]);
    const group = groups.get(change);
    if (group === undefined) {
      groups.set(change, [resource]);
    } else {
      group.push(resource);
    }
  }
  return [...groups.values()].flatMap((group) =>
    group.length < SMALLEST_GROUP || reasonsOf(group[0]).length === 0
      ? group.map((resource): ResourceGroup => [resource])
      : [group],
  );
}

export type ResourceGroup = [ChangedResource, ...ChangedResource[]];

const SMALLEST_GROUP = 3;

function groupLines(group: ResourceGroup): string[] {
  const [first] = group;
  const reasons = reasonsOf(first);
  const why = reasons.length === 0 ? "" : `: ${reasons.join(", ")}`;
  return group.length === 1
    ? [`  ${first.name} (${typeOf(first)})${why}`]
    : [`  ${group.length} of type ${typeOf(first)}${why}`, `    ${group.map(({ name }) => name).join(", ")}`];
}

/** The values that differ, if they are few; otherwise the names of the properties. */
export function reasonsOf({ properties, differences }: ChangedResource): readonly string[] {
  return differences.length > 0 && differences.length <= MOST_DIFFERENCES
    ? differences.map(differenceText)
    : properties;
}

const MOST_DIFFERENCES = 4;

/** The last part of a resource's type. @example "StatefulSet" */
export function typeOf({ type }: ChangedResource): string {
  return type.split(":").at(-1) ?? type;
}

function shown(count: number): string {
  return count === 0 ? "-" : String(count);
}

function alarming(count: number): string {
  return count === 0 ? "-" : styleText("red", String(count));
}
