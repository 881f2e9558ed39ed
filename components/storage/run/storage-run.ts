import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { RunRecord } from "../results/records";

/** Arguments of a StorageRun. */
export interface StorageRunArgs extends Omit<RunRecord, "startedAt"> {
  /** Whether the user has named the run. */
  readonly runIsGiven: boolean;
  /** The folder of all results, absolute or relative to the project's root folder. */
  readonly results: string;
}

/** The record of a run: what is tested, and in which environment. The record exists before the first test begins. */
export class StorageRun extends DynamicResource {
  constructor(name: string, args: StorageRunArgs, opts?: pulumi.CustomResourceOptions) {
    super("StorageRun", name, args, opts);
  }
}
