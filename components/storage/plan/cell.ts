/** The virtual machines of a VM size. */
export interface VmSize {
  /** @example "small" */
  readonly name: string;
  /** Virtual CPUs of one machine. */
  readonly cpu: number;
  /** Memory of one machine, as a Kubernetes quantity. @example "4Gi" */
  readonly memory: string;
}

/** One test of the matrix: a fio profile with a block size, on a group of equal virtual machines. */
export interface Cell {
  readonly pool: string;
  readonly size: VmSize;
  /** The size of each machine's volume, as a Kubernetes quantity. @example "150Gi" */
  readonly pvcSize: string;
  /** How many machines run the test at the same time. */
  readonly concurrency: number;
  readonly profile: string;
  /** As in fio, or "native" for a profile that has block sizes of its own. @example "4k" */
  readonly blockSize: string;
}

/** The block size of a profile that has block sizes of its own. */
export const NATIVE_BLOCK_SIZE = "native";

/** The fields of a cell in the order of its key. */
export const KEY_FIELDS = ["pool", "size", "pvc", "concurrency", "profile", "blocksize"] as const;

/** The identity of a cell in a run. @example "rep3:small:150Gi:1:random-rw:4k" */
export function cellKey(cell: Cell): string {
  return fieldsOfKey(cell).join(":");
}

/** The pool in the key of a cell. */
export function poolOfKey(key: string): string {
  return key.slice(0, key.indexOf(":"));
}

/** The values of a cell in the order of `KEY_FIELDS`. */
export function fieldsOfKey({ pool, size, pvcSize, concurrency, profile, blockSize }: Cell): string[] {
  return [pool, size.name, pvcSize, String(concurrency), profile, blockSize];
}

/** Equal machines on one pool. */
export interface Machines {
  /** The identity of the machines in a run. @example "rep3:small:150Gi:1" */
  readonly key: string;
  readonly pool: string;
  readonly size: VmSize;
  readonly pvcSize: string;
  readonly concurrency: number;
}

/** Machines with the tests that they run, one after another. */
export interface VmGroup extends Machines {
  /** At least one cell, in the order in which the cells run. */
  readonly cells: readonly Cell[];
}

/** The identity of the machines on which a cell is tested. */
export function groupKey({ pool, size, pvcSize, concurrency }: Omit<Machines, "key">): string {
  return [pool, size.name, pvcSize, String(concurrency)].join(":");
}
