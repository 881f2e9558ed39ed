import type { StateResource } from "../engine/state";
import { groupOf, nameOf } from "../run/resource-names";
import type { Difference } from "./differences";
import type { PreviewStep } from "./engine-preview";

/** How many resources of a region will be changed, and how. */
export interface RegionChanges {
  /** The name of a region or chain, or `stack` for everything else. */
  readonly name: string;
  readonly replace: number;
  readonly delete: number;
  readonly update: number;
  readonly create: number;
  readonly same: number;
}

/** A resource that will be changed. */
export interface ChangedResource {
  readonly name: string;
  readonly type: string;
  readonly region: string;
  /** The properties that differ; of a replacement, those that make it necessary. */
  readonly properties: readonly string[];
  /** The values that differ. */
  readonly differences: readonly Difference[];
}

/** What an `up` would change. Components and the engine's providers are not counted. */
export interface Changes {
  /** The regions in the order of the config; those without any resource are left out. */
  readonly regions: readonly RegionChanges[];
  readonly replaced: readonly ChangedResource[];
  readonly deleted: readonly ChangedResource[];
  readonly updated: readonly ChangedResource[];
  readonly created: readonly ChangedResource[];
}

/** Sorts the steps of a preview by what they do and where. Pure. */
export function changesOf(
  steps: readonly PreviewStep[],
  before: readonly StateResource[],
  groups: readonly string[],
): Changes {
  const regionOf = (urn: string) => groupOf(urn, groups) ?? NO_REGION;
  const real = steps.filter(({ custom, type }) => custom && !type.startsWith("pulumi:providers:"));
  const of = (op: string) => real.filter((step) => step.op === op);
  const resources = (chosen: readonly PreviewStep[]) =>
    chosen.map(({ urn, type, changed, replacing, differences }) => ({
      name: nameOf(urn),
      type,
      region: regionOf(urn),
      properties: replacing.length > 0 ? replacing : changed,
      differences,
    }));
  const sorted = {
    replaced: resources(of("create-replacement")),
    deleted: resources(of("delete")),
    updated: resources(of("update")),
    created: resources(of("create")),
  };
  const touched = new Set(real.filter(({ op }) => op !== "same").map(({ urn }) => urn));
  const same = before.filter(
    ({ urn, custom, type }) => custom === true && !type.startsWith("pulumi:providers:") && !touched.has(urn),
  );
  const count = (list: readonly ChangedResource[], name: string) =>
    list.filter(({ region }) => region === name).length;
  const regions = [NO_REGION, ...groups].map((name) => ({
    name,
    replace: count(sorted.replaced, name),
    delete: count(sorted.deleted, name),
    update: count(sorted.updated, name),
    create: count(sorted.created, name),
    same: same.filter(({ urn }) => regionOf(urn) === name).length,
  }));
  return {
    regions: regions.filter(
      (region) => region.replace + region.delete + region.update + region.create + region.same > 0,
    ),
    ...sorted,
  };
}

const NO_REGION = "shared";

/** The resources as they will be after the `up`. Pure. */
export function resourcesAfter(
  steps: readonly PreviewStep[],
  before: readonly StateResource[],
): StateResource[] {
  const after = new Map(before.map((resource) => [resource.urn, resource]));
  for (const { urn, op, after: resource } of steps) {
    if (op === "delete") {
      after.delete(urn);
    } else if (resource !== undefined) {
      after.set(urn, resource);
    }
  }
  return [...after.values()];
}
