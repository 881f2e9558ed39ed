import * as pulumi from "@pulumi/pulumi";
import type { GroupCleanup } from "./group/group-cleanup";
import type { StoragePool as PoolDescription } from "./kubevirt/survey";
import type { Schedule } from "./plan/lanes";
import { poolFingerprint } from "./results/environment";
import type { RunRecord } from "./results/records";
import { StorageRun } from "./run/storage-run";
import { type SharedTestInputs, StoragePool } from "./storage-pool";

/** Arguments of a StorageMatrix. */
export interface StorageMatrixArgs extends SharedTestInputs {
  /** The record of the run. */
  readonly record: Omit<RunRecord, "startedAt">;
  readonly pools: readonly PoolDescription[];
  /** The groups to test, in lanes. */
  readonly schedule: Schedule;
}

/**
 * Tests of pools of storage, side by side in lanes:
 *
 *     StorageRun ─┬─▶ lane 1:  rep3 group 1 ─▶ rep2 group 1 ─▶ rep3 group 3 ─▶ …
 *                 └─▶ lane 2:  ec-2-1 group 1 ─▶ rep3 group 2 ─▶ …
 *
 * A group waits for the group before it in its lane, which is the room in the cluster, and for the group before it in its
 * pool. A pool whose tests fail ends its groups like any other, so that no other pool waits in vain.
 */
export class StorageMatrix extends pulumi.ComponentResource {
  constructor(name: string, args: StorageMatrixArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:storage:StorageMatrix", name, {}, opts);
    const { record, pools: descriptions, schedule, ...shared } = args;
    const { runIsGiven, results } = shared;
    const run = new StorageRun(`${name}-run`, { ...record, runIsGiven, results }, { parent: this });
    const tested = new Set(schedule.groups.map(({ group }) => group.pool));
    const pools = new Map(
      descriptions
        .filter((pool) => tested.has(pool.name))
        .map((pool) => [
          pool.name,
          new StoragePool(
            pool.name,
            {
              ...shared,
              storageClass: pool.storageClass,
              volumeMode: pool.volumeMode,
              environment: poolFingerprint(record.environment, pool.name),
            },
            { parent: this },
          ),
        ]),
    );
    const cleanups = new Map<string, GroupCleanup>();
    for (const { group, after } of schedule.groups) {
      const before = after.length === 0 ? [run] : after.map((key) => required(cleanups, key));
      cleanups.set(group.key, required(pools, group.pool).testGroup(group, before));
    }
    for (const pool of pools.values()) {
      pool.summarize();
    }
    this.registerOutputs({});
  }
}

function required<Entry>(entries: ReadonlyMap<string, Entry>, key: string): Entry {
  const entry = entries.get(key);
  if (entry === undefined) {
    throw new TypeError(`The schedule refers to "${key}", which it does not contain before.`);
  }
  return entry;
}
