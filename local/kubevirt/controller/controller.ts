import { existsSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Collection } from "../../kubernetes/control-plane/cluster";
import { allSettledOrThrow, reconcile } from "../../kubernetes/control-plane/reconcile";
import { type InstanceSurroundings, Instances } from "./instances";
import { VirtualMachines } from "./virtual-machines";

/** Runs the controllers until the signal is aborted. */
export function runControllers(surroundings: InstanceSurroundings, signal: AbortSignal): void {
  const { collections, objects, machines, pools } = surroundings;
  const virtualMachines = new VirtualMachines(collections, objects);
  const instances = new Instances(surroundings);
  // The machines' reports lead to a step of the controllers as a change of an object does.
  const reports: Collection<never> = {
    isLoaded: true,
    objects: () => [],
    find: () => undefined,
    subscribe: (listener) => machines.subscribe(listener),
  };
  const { volumes, classes, claims, pods } = collections;
  reconcile(
    "virtual machines",
    [collections.virtualMachines, collections.instances, pods, claims, classes, reports],
    () =>
      allSettledOrThrow([
        ...collections.virtualMachines.objects().map((vm) => virtualMachines.sync(vm)),
        ...collections.instances.objects().map((instance) => instances.sync(instance)),
      ]),
    signal,
  );
  reconcile(
    "folders of volumes",
    [volumes, claims],
    async () => {
      const known = new Set([
        ...volumes.objects().map(({ metadata }) => metadata?.name ?? ""),
        ...claims.objects().map(({ spec }) => spec?.volumeName ?? ""),
      ]);
      await removeOtherVolumes(pools, known);
    },
    signal,
  );
}

/** Removes the folders of volumes that are gone. */
async function removeOtherVolumes(pools: string, known: ReadonlySet<string>): Promise<void> {
  for (const pool of existsSync(pools) ? readdirSync(pools) : []) {
    for (const volume of readdirSync(join(pools, pool))) {
      if (!known.has(volume)) {
        await rm(join(pools, pool, volume), { recursive: true, force: true });
      }
    }
  }
}
