import { styleText } from "node:util";
import { durationText } from "../run/duration-text";
import type { Prediction } from "../run/durations/prediction";
import { expectedLength } from "../run/durations/prediction-text";
import { nameOf } from "../run/resource-names";
import { tableOf } from "../table";
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
    ...(deleted.some((resource) => ON_CHAIN.has(typeOf(resource)))
      ? ["  Contracts and the effects of calls stay on their chains; only the state forgets them."]
      : []),
    ...list("will be updated", updated, UPDATES_SHOWN),
    ...list("will be created", created, CREATIONS_SHOWN),
    `${replaced.length} to replace, ${deleted.length} to delete, ${updated.length} to update, ${created.length} to create`,
    ...(prediction === undefined ? [] : [predictionText(prediction)]),
  ].join("\n");
}

/** The types of resources whose deletion changes nothing on their chain. */
const ON_CHAIN: ReadonlySet<string> = new Set(["ForgeDeployment", "ContractCall"]);

/** The number of lines about updates. Further ones are counted; `--diff` shows all. */
const UPDATES_SHOWN = 30;

/** The number of lines about creations, for a change of a network that exists. A first run creates hundreds. */
const CREATIONS_SHOWN = 12;

function predictionText(prediction: Prediction): string {
  const longest = [...prediction.path].sort((one, other) => other.seconds - one.seconds)[0];
  const most =
    longest === undefined
      ? ""
      : ` Most of it is ${nameOf(longest.urn)} (${longest.op}, ${durationText(longest.seconds)}).`;
  return `up is expected to take ${expectedLength(prediction)}.${most}`;
}

function list(title: string, resources: readonly ChangedResource[], most: number): string[] {
  if (resources.length === 0) {
    return [];
  }
  const groups = new Map<string, ChangedResource[]>();
  for (const resource of resources) {
    const change = `${typeOf(resource)}${whyOf(resource)}`;
    groups.set(change, [...(groups.get(change) ?? []), resource]);
  }
  const lines = [...groups.values()].flatMap(groupLines);
  const more = lines.length - most;
  return [
    `${title}:`,
    ...lines.slice(0, most),
    ...(more > 0 ? [`  and ${more} more; --diff shows all`] : []),
  ];
}

/** Resources of a type that change in the same way are told together. */
function groupLines(group: readonly ChangedResource[]): string[] {
  const [first] = group;
  if (first === undefined) {
    return [];
  }
  return group.length < SMALLEST_GROUP || whyOf(first) === ""
    ? group.map((resource) => `  ${resource.name} (${typeOf(resource)})${whyOf(resource)}`)
    : [
        `  ${group.length} of type ${typeOf(first)}${whyOf(first)}`,
        `    ${group.map(({ name }) => name).join(", ")}`,
      ];
}

const SMALLEST_GROUP = 3;

/** The values that differ, if they are few; otherwise the names of the properties. */
function whyOf({ properties, differences }: ChangedResource): string {
  const isTold = differences.length > 0 && differences.length <= MOST_DIFFERENCES;
  const reasons = isTold ? differences.map(differenceText) : properties;
  return reasons.length === 0 ? "" : `: ${reasons.join(", ")}`;
}

const MOST_DIFFERENCES = 4;

function typeOf({ type }: ChangedResource): string {
  return type.split(":").at(-1) ?? type;
}

function shown(count: number): string {
  return count === 0 ? "-" : String(count);
}

function alarming(count: number): string {
  return count === 0 ? "-" : styleText("red", String(count));
}
