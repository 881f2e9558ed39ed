import { createHash } from "node:crypto";
import type { FioSettings } from "../fio/job-file";
import { type Cell, cellKey, type Machines } from "../plan/cell";
import type { RunAddress } from "../run/open-run";

/** What every resource of a group is given. */
export interface GroupInputs extends RunAddress {
  /**
   * Whether the user has named the run. A run without a name measures only what no run has measured yet, so that the run's id
   * alone is no change.
   */
  readonly runIsGiven: boolean;
  readonly namespace: string;
  readonly group: Machines;
  readonly storageClass: string;
  readonly volumeMode: "Block" | "Filesystem";
  /** The container disk of the machines. */
  readonly image: string;
  readonly fio: FioSettings;
  /** The fingerprint of the part of the environment on which the pool's results depend. */
  readonly environment: string;
  /** Within how many seconds the machines must have booted. */
  readonly bootSeconds: number;
  /** Seconds between two questions about machines and tests. */
  readonly pollSeconds: number;
}

/** How often a test is repeated. */
export interface RepeatSettings {
  readonly atLeast: number;
  readonly atMost: number;
  /** The test is repeated until the interquartile range of its IOPS is at most this share of their median. */
  readonly spread: number;
}

/** The inputs whose change makes existing results worthless. */
const DECISIVE = ["environment", "fio", "image", "namespace", "storageClass", "volumeMode"] as const;

/** The names of the decisive inputs that differ. */
export function changedInputs(olds: GroupInputs, news: GroupInputs): string[] {
  return [
    ...DECISIVE.filter((name) => JSON.stringify(olds[name]) !== JSON.stringify(news[name])),
    ...(olds.run !== news.run && news.runIsGiven ? ["run"] : []),
  ];
}

/** A test of a group: what runs on the group's machines. */
export type GroupTest = Pick<Cell, "profile" | "blockSize">;

/** The key of a test of a group. */
export function testKey({ group }: Pick<GroupInputs, "group">, test: GroupTest): string {
  return cellKey({ ...group, ...test });
}

/** What a test measures, as a short hash: results of the same definition can stand for each other. */
export function definitionOf(
  inputs: GroupInputs & { readonly repeat: RepeatSettings },
  test: GroupTest,
  job: string,
): string {
  const decisive = DECISIVE.map((name) => inputs[name]);
  return hash(JSON.stringify([testKey(inputs, test), inputs.group.size, job, inputs.repeat, decisive]));
}

/** What a group's machines are made of, as a short hash. */
export function machineDefinition(
  { group, image, storageClass, volumeMode }: GroupInputs,
  publicKey: string,
): string {
  return hash(JSON.stringify([group.size, group.pvcSize, image, storageClass, volumeMode, publicKey]));
}

function hash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 16);
}
