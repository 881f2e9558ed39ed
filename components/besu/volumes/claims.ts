import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { ChainfleetError } from "../../error";
import { isAtLeast, parseQuantity } from "../../quantity";

/** The claims of a StatefulSet. */
export interface ClaimSet {
  readonly statefulSet: string;
  /** Name of the volume claim template. */
  readonly template: string;
  readonly replicas: number;
  /** The size that each volume must have. */
  readonly storage: string;
}

/** The names that the StatefulSet controller gives to the claims. @example "data-rpc-0" */
export function claimNames({ statefulSet, template, replicas }: ClaimSet): string[] {
  return Array.from({ length: replicas }, (_, index) => `${template}-${statefulSet}-${index}`);
}

/** Whether a claim asks for less than the volume must have. */
export function isTooSmall(claim: V1PersistentVolumeClaim, { storage }: ClaimSet): boolean {
  return !reaches(claim.spec?.resources?.requests?.["storage"], storage);
}

/**
 * Whether the storage of a claim has been expanded. A file system may still have to grow when its pod starts, which nobody can
 * wait for here. https://kubernetes.io/docs/concepts/storage/persistent-volumes/#expanding-persistent-volumes-claims
 */
export function isExpanded({ status }: V1PersistentVolumeClaim, { storage }: ClaimSet): boolean {
  const waitsForPod = (status?.conditions ?? []).some(
    ({ type, status: holds }) => type === "FileSystemResizePending" && holds === "True",
  );
  return waitsForPod || reaches(status?.capacity?.["storage"], storage);
}

/** Why the driver cannot expand the volume; undefined if it does not say so. */
export function expansionFailure({ status }: V1PersistentVolumeClaim): string | undefined {
  const failed = (status?.conditions ?? []).find(
    ({ type, status: holds }) => /^(Controller|Node)ResizeError$/.test(type) && holds === "True",
  );
  return failed === undefined ? undefined : (failed.message ?? failed.type);
}

function reaches(size: string | undefined, storage: string): boolean {
  const [has, needs] = [parseQuantity(size ?? "0"), parseQuantity(storage)];
  return has !== undefined && needs !== undefined && isAtLeast(has, needs);
}

/**
 * The error of a region whose volumes did not grow.
 *
 * @param reason what the API server or the driver says.
 */
export function notExpanded(region: string, claims: readonly string[], reason: string): ChainfleetError {
  const classForbids = /storageclass that provisions the pvc must support resize/i.test(reason);
  return new ChainfleetError({
    code: "VOLUME_NOT_EXPANDED",
    summary: `The volumes ${claims.join(", ")} of the region ${region} did not grow: ${reason}. Their data is untouched, and no further region was begun.`,
    next: classForbids
      ? "Set allowVolumeExpansion: true in the storage class if its driver can expand volumes (https://kubernetes-csi.github.io/docs/drivers.html), or set the size back."
      : "Repair what the message names, then run again.",
  });
}
