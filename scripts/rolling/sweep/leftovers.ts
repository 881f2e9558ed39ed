import { DYNAMIC_TYPE_PREFIX } from "../../../components/engine/dynamic-type";
import { parseReleaseId } from "../../../components/rolling/plan/release";
import type { State, StateResource } from "../../engine/state";

/** The kinds of resources that a sweep finds, in the order in which they are shown. */
const KINDS = ["instance", "image", "snapshot"] as const;

/** A resource in AWS with the tags of a stack and of its release. */
export interface TaggedResource {
  readonly kind: (typeof KINDS)[number];
  readonly id: string;
  readonly region: string;
  readonly releaseId: string;
  readonly createdAt: Date;
  /** The image from which an instance was launched; empty for other kinds. */
  readonly sourceImage: string;
  /** The instance from which an image was made; empty for other kinds. */
  readonly instanceId: string;
  /** Whether AWS says that something uses the resource. */
  readonly isUsed: boolean;
  /** The snapshots of an image, which are deleted with the image. */
  readonly snapshots: readonly string[];
}

/** A resource that is deleted. */
export interface Leftover extends TaggedResource {
  readonly revision: string;
}

/**
 * The resources that are left over: nothing uses them, and the stack's state does not know them. Sorted by region, kind
 * and age, the oldest first.
 *
 * @param regions in the order in which they are shown.
 */
export function leftoversOf(
  found: readonly TaggedResource[],
  state: State,
  regions: readonly string[],
): Leftover[] {
  const known = knownTo(state);
  return found
    .filter((resource) => !resource.isUsed && !known(resource))
    .map((resource) => ({ ...resource, revision: parseReleaseId(resource.releaseId).revision }))
    .sort(
      (a, b) =>
        regions.indexOf(a.region) - regions.indexOf(b.region) ||
        KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) ||
        a.createdAt.getTime() - b.createdAt.getTime() ||
        a.id.localeCompare(b.id),
    );
}

/**
 * Whether a state knows a resource. A resource that a run is just creating, or was creating when it was killed, has no id
 * in the state yet: such a creation is among the pending operations, and the resource is recognized by the inputs.
 */
function knownTo({ resources = [], pending_operations = [] }: State): (resource: TaggedResource) => boolean {
  const ids = new Set(resources.flatMap(idsOf));
  const pending = pending_operations.map(({ resource }) => resource);
  return (resource) => ids.has(resource.id) || pending.some((creation) => creates(creation, resource));
}

function idsOf({ type, id, outputs = {} }: StateResource): string[] {
  // The id of a failed image's resource stays when the image is made again.
  const ids = type === INSTANCE ? [id, outputs.instanceId] : type === IMAGE ? [id, outputs.imageId] : [];
  return ids.filter((value) => typeof value === "string");
}

const INSTANCE = `${DYNAMIC_TYPE_PREFIX}TemporaryInstance`;
const IMAGE = `${DYNAMIC_TYPE_PREFIX}MachineImage`;

function creates({ type, inputs = {} }: StateResource, resource: TaggedResource): boolean {
  if (inputs.region !== resource.region) {
    return false;
  }
  if (type === INSTANCE && resource.kind === "instance") {
    const { id } = inputs.release as { readonly id: string };
    return id === resource.releaseId && inputs.sourceImage === resource.sourceImage;
  }
  return type === IMAGE && resource.kind === "image" && inputs.instanceId === resource.instanceId;
}

/** The age of a resource in the largest unit that fits. @example "3 d" */
export function age(createdAt: Date, now: Date): string {
  const minutes = Math.max(0, Math.floor((now.getTime() - createdAt.getTime()) / 60_000));
  const hours = Math.floor(minutes / 60);
  return hours >= 48 ? `${Math.floor(hours / 24)} d` : minutes >= 120 ? `${hours} h` : `${minutes} min`;
}
