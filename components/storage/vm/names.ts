import { createHash } from "node:crypto";
import type { Machines } from "../plan/cell";

/** The label with the id of the run that every object of the run has. */
export const RUN_LABEL = "perf-test/run-id";
/** The label with a hash of the group's key. */
export const GROUP_LABEL = "perf-test/group";

/** The labels of every object of a group. */
export function groupLabels(run: string, group: Machines): Record<string, string> {
  return {
    app: "vm-perf-test",
    [RUN_LABEL]: run,
    [GROUP_LABEL]: shortHash(group.key),
    "perf-test/storage-pool": group.pool,
    "perf-test/vm-size": group.size.name,
    "perf-test/pvc-size": group.pvcSize,
  };
}

/** The selector of the objects of a group. */
export function groupSelector(run: string, group: Machines): string {
  return `${RUN_LABEL}=${run},${GROUP_LABEL}=${shortHash(group.key)}`;
}

/** The selector of all objects of a run. */
export function runSelector(run: string): string {
  return `${RUN_LABEL}=${run}`;
}

/**
 * The names of the group's machines, one a machine: `perf-<pool>-<size>-<pvc>-c<concurrency>-<number>` and a hash of run and
 * group, by which the machines of two runs in one namespace differ. At most 50 characters, because the names of a machine's
 * secret and volume are longer, and a machine's name is also the value of a label.
 */
export function machineNames(run: string, group: Machines): string[] {
  const { pool, size, pvcSize, concurrency, key } = group;
  const readable = `perf-${pool}-${size.name}-${pvcSize}-c${concurrency}`
    .toLowerCase()
    .replace(/[^a-z0-9-]/g, "-")
    .slice(0, 36)
    .replace(/-+$/, "");
  const hash = shortHash(`${run}/${key}`).slice(0, 6);
  return Array.from({ length: concurrency }, (_, index) => `${readable}-${index + 1}-${hash}`);
}

function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
