import type { KubernetesObject } from "../api/object";

/** Decides when an object of a kind has become what it should be, by the official plugin's rules. */
export interface Awaiter {
  /** The official plugin's default, unless `customTimeouts` or an annotation says otherwise. */
  readonly timeoutSeconds: number;
  /** Kinds in the object's namespace (or in none) that the verdict is drawn from besides the object. */
  readonly related: readonly { readonly apiVersion: string; readonly kind: string }[];
  verdict(object: KubernetesObject, related: Related): Verdict;
}

/** The objects of a related kind. */
export type Related = (kind: string) => readonly KubernetesObject[];

export type Verdict = "ready" | NotReady;

/** Why it is not ready yet, for the person who waits. */
export interface NotReady {
  readonly reasons: readonly string[];
  /** It never will be: there is no use in waiting until the time is up. */
  readonly final?: true;
}

/** Whether the controller of an object is that owner. */
export function isOwnedBy({ metadata }: KubernetesObject, owner: KubernetesObject | undefined): boolean {
  return (metadata.ownerReferences ?? []).some(({ uid }) => uid === owner?.metadata.uid);
}
