import { createHash } from "node:crypto";
import type { apps } from "@pulumi/kubernetes/types/output";
import * as pulumi from "@pulumi/pulumi";
import { canonicalJson, type Json } from "../../canonical-json";

/** The part of a StatefulSet that says what its pods run. */
export interface RevisedStatefulSet {
  readonly metadata: pulumi.Output<{ readonly uid: string }>;
  readonly spec: pulumi.Output<Pick<apps.v1.StatefulSetSpec, "template">>;
}

/**
 * A hash of what StatefulSets run. It changes when a StatefulSet is updated or made anew. It does not change when a
 * StatefulSet is scaled, so that a validator which is stopped on purpose repeats no check.
 */
export function revisionOf(statefulSets: readonly RevisedStatefulSet[]): pulumi.Output<string> {
  return pulumi
    .all(statefulSets.map(({ metadata, spec }) => pulumi.all([metadata, spec])))
    .apply((sets) => revision(sets.map(([{ uid }, { template }]) => ({ uid, template }))));
}

/** The engine gives the fields of an output in any order. */
function revision(sets: readonly { readonly uid: string; readonly template: object }[]): string {
  return createHash("sha256")
    .update(canonicalJson(JSON.parse(JSON.stringify(sets)) as Json))
    .digest("hex")
    .slice(0, 16);
}
