import { setTimeout as delay } from "node:timers/promises";
import { type Cluster, reasonOf, statusOf, unlessMissing } from "../kubevirt/cluster";
import { DEFINITION_ANNOTATION, type MachineManifests } from "../vm/manifests";

const VIRTUAL_MACHINES = { group: "kubevirt.io", version: "v1", plural: "virtualmachines" };
/** The API server refuses fields that it does not know, in place of dropping them. */
const STRICT = { fieldValidation: "Strict" };

/**
 * Creates the objects of a machine. Objects that an earlier, killed run has created are taken over.
 *
 * @throws ObsoleteObject if an object of the name exists that was made in another way.
 */
export async function createMachine(
  cluster: Cluster,
  namespace: string,
  { secret, claim, machine }: MachineManifests,
): Promise<void> {
  const { core, custom } = cluster;
  await Promise.all([
    create(secret, {
      create: () => core.createNamespacedSecret({ namespace, body: secret, ...STRICT }),
      read: () => core.readNamespacedSecret({ namespace, name: secret.metadata.name }),
    }),
    create(claim, {
      create: () =>
        core.createNamespacedPersistentVolumeClaim({
          namespace,
          body: { ...claim, spec: { ...claim.spec, accessModes: [...claim.spec.accessModes] } },
          ...STRICT,
        }),
      read: () => core.readNamespacedPersistentVolumeClaim({ namespace, name: claim.metadata.name }),
    }),
  ]);
  await create(machine, {
    create: () =>
      custom.createNamespacedCustomObject({ ...VIRTUAL_MACHINES, namespace, body: machine, ...STRICT }),
    read: () =>
      custom.getNamespacedCustomObject({ ...VIRTUAL_MACHINES, namespace, name: machine.metadata.name }),
  });
}

/** An object that the API server did not create. */
class RefusedObject extends Error {}

/** Whether a creation may succeed a moment later: the API server did not answer, was busy, or a webhook was away. */
export function isTransient(error: unknown): boolean {
  if (!(error instanceof RefusedObject)) {
    return false;
  }
  const status = statusOf(error.cause);
  return mayPass(status);
}

/** An object that is in the way of the one to be created. */
export class ObsoleteObject extends Error {}

interface ManifestLike {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly annotations: Readonly<Record<string, string>> };
}

async function create(
  { kind, metadata }: ManifestLike,
  operations: { readonly create: () => Promise<unknown>; readonly read: () => Promise<unknown> },
): Promise<void> {
  try {
    await operations.create();
  } catch (error) {
    if (statusOf(error) !== 409) {
      throw new RefusedObject(`${kind} ${metadata.name}: ${reasonOf(error)}`, { cause: error });
    }
    const existing = (await operations.read()) as {
      readonly metadata?: {
        readonly annotations?: Record<string, string>;
        readonly deletionTimestamp?: unknown;
      };
    };
    const isUsable =
      existing.metadata?.deletionTimestamp === undefined &&
      existing.metadata?.annotations?.[DEFINITION_ANNOTATION] === metadata.annotations[DEFINITION_ANNOTATION];
    if (!isUsable) {
      throw new ObsoleteObject(`${kind} ${metadata.name} exists and was made in another way`);
    }
  }
}

/** How many objects of each kind have a label. */
export interface ObjectCount {
  readonly machines: number;
  readonly secrets: number;
  readonly claims: number;
}

/**
 * Deletes all machines, secrets and volumes that a selector selects, and waits until they are gone. Objects that are created
 * meanwhile are deleted too.
 *
 * @param say receives the number of objects that are left, whenever the number changes.
 * @throws Error if objects are left after the seconds.
 */
export async function deleteSelected(
  cluster: Cluster,
  { namespace, selector }: Selection,
  seconds: number,
  say: (left: ObjectCount) => void,
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  let said = "";
  for (;;) {
    const left = await deleteOnce(cluster, { namespace, selector }).catch((error: unknown) => {
      if (performance.now() > deadline || !mayPass(statusOf(error))) {
        throw error;
      }
    });
    if (left === undefined) {
      await delay(DELETION_POLL_MILLISECONDS);
      continue;
    }
    if (left.machines + left.secrets + left.claims === 0) {
      return;
    }
    if (JSON.stringify(left) !== said) {
      said = JSON.stringify(left);
      say(left);
    }
    if (performance.now() > deadline) {
      throw new Error(
        `after ${seconds} s there are still ${left.machines} machines, ${left.secrets} secrets and ${left.claims} volumes with the label ${selector}`,
      );
    }
    await delay(DELETION_POLL_MILLISECONDS);
  }
}

/** Volumes of the clouds take a few minutes until they are gone. In seconds. */
export const SHORTEST_DELETION_SECONDS = 300;

/** Which objects are meant. */
export interface Selection {
  readonly namespace: string;
  /** A label selector. */
  readonly selector: string;
}

const DELETION_POLL_MILLISECONDS = 250;

/** Deletes what there is. @returns what there was. */
async function deleteOnce(cluster: Cluster, { namespace, selector }: Selection): Promise<ObjectCount> {
  const { core, custom } = cluster;
  const options = { namespace, labelSelector: selector };
  const left = await countSelected(cluster, { namespace, selector });
  if (left.machines + left.secrets + left.claims === 0) {
    return left;
  }
  await Promise.all([
    custom.deleteCollectionNamespacedCustomObject({ ...VIRTUAL_MACHINES, ...options }).catch(unlessMissing),
    core.deleteCollectionNamespacedSecret(options),
    core.deleteCollectionNamespacedPersistentVolumeClaim(options),
  ]);
  return left;
}

/** Whether a request that failed with a status may succeed a moment later. */
function mayPass(status: number | undefined): boolean {
  return status === undefined || status === 429 || status >= 500;
}

/** How many objects a selector selects; objects that are being deleted count. */
export async function countSelected(
  { core, custom }: Cluster,
  { namespace, selector }: Selection,
): Promise<ObjectCount> {
  const options = { namespace, labelSelector: selector };
  const [machines, secrets, claims] = await Promise.all([
    custom.listNamespacedCustomObject({ ...VIRTUAL_MACHINES, ...options }).catch(unlessMissing),
    core.listNamespacedSecret(options),
    core.listNamespacedPersistentVolumeClaim(options),
  ]);
  return {
    machines: ((machines as { readonly items?: readonly unknown[] } | undefined)?.items ?? []).length,
    secrets: secrets.items.length,
    claims: claims.items.length,
  };
}
