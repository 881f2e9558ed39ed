import { quantityValue } from "../../quantity";
import type { VmGroup } from "./cell";

/** What a worker node offers to pods, as Kubernetes quantities. */
export interface Allocatable {
  readonly cpu: string;
  readonly memory: string;
}

/** How many pools the cluster can test at the same time, and what limits the number. */
export interface Capacity {
  /** At least 1. */
  readonly parallel: number;
  /** How many pools of the average demand the memory and the CPUs of the workers can carry. */
  readonly byMemory: number;
  readonly byCpu: number;
  readonly pools: number;
}

/** The share of the workers' resources that stays free for storage daemons, KubeVirt and monitoring, in percent. */
const RESERVED_PERCENT = 40;

/**
 * The number of pools that can be tested at the same time. The demand of a pool is the average of its groups: when several
 * pools run their largest group at the same time, Kubernetes holds machines back until there is room.
 */
export function capacityFor(workers: readonly Allocatable[], groups: readonly VmGroup[]): Capacity {
  const pools = new Set(groups.map(({ pool }) => pool)).size;
  const demands = [
    ...new Map(
      groups.map(({ size, concurrency }) => [
        `${size.name}:${concurrency}`,
        { cpu: size.cpu * concurrency, memory: quantityValue(size.memory) * concurrency },
      ]),
    ).values(),
  ];
  const available = (field: keyof Allocatable) =>
    (sum(workers.map((worker) => quantityValue(worker[field]))) * (100 - RESERVED_PERCENT)) / 100;
  const carried = (field: keyof Allocatable) =>
    Math.floor((available(field) * demands.length) / Math.max(sum(demands.map((each) => each[field])), 1e-9));
  const [byMemory, byCpu] = [carried("memory"), carried("cpu")];
  return { parallel: Math.max(1, Math.min(byMemory, byCpu, pools)), byMemory, byCpu, pools };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
