import { expandVariables } from "../../../components/environment";
import { ChainfleetError } from "../../../components/error";
import type { FioSettings } from "../../../components/storage/fio/job-file";
import { hasOwnBlockSizes, profileNamed } from "../../../components/storage/fio/profiles";
import type { ClusterAccess } from "../../../components/storage/kubevirt/cluster";
import type { VmGroup } from "../../../components/storage/plan/cell";
import { type Matrix, planGroups, type Selection } from "../../../components/storage/plan/matrix";
import type { StorageConfig } from "./storage-schema";

/**
 * What a command asks of the program, beside the config. The command passes the request in an environment variable, because a
 * request is of one run and must not stay in the stack's config.
 */
export interface RunRequest {
  /** The id of the run. */
  readonly run: string;
  /** The selection in place of the config's. */
  readonly selection: Selection;
  /** How many pools are tested at the same time, in place of the config's. */
  readonly parallel?: number | "auto" | undefined;
}

/** The environment variable with a RunRequest as JSON. */
export const REQUEST_VARIABLE = "CHAINFLEET_STORAGE_RUN";

/** The request of a command; undefined if the program was not started by `chainfleet storage`. */
export function requestIn(environment: NodeJS.ProcessEnv): RunRequest | undefined {
  const text = environment[REQUEST_VARIABLE];
  return text === undefined || text === "" ? undefined : (JSON.parse(text) as RunRequest);
}

/** The dimensions of a config's matrix. */
export function matrixOf({
  pools,
  vmSizes,
  pvcSizes,
  concurrency,
  profiles,
  blockSizes,
}: StorageConfig): Matrix {
  return {
    pools: pools.map(({ name }) => name),
    vmSizes,
    pvcSizes,
    concurrency,
    profiles: profiles.map((name) => ({ name, hasOwnBlockSizes: hasOwnBlockSizes(profileNamed(name)) })),
    blockSizes,
  };
}

/**
 * The groups that a selection tests.
 *
 * @throws ChainfleetError NOTHING_SELECTED or POOL_UNKNOWN
 */
export function selectedGroups(config: StorageConfig, selection: Selection): VmGroup[] {
  const names = config.pools.map(({ name }) => name);
  const unknown = selection.pools.filter((pool) => !names.includes(pool));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "POOL_UNKNOWN",
      summary: `The config has no pool named ${unknown.join(", ")}. Nothing was created.`,
      next: `The pools are named: ${names.join(", ")}.`,
    });
  }
  const groups = planGroups(matrixOf(config), selection);
  if (groups.length === 0) {
    throw new ChainfleetError({
      code: "NOTHING_SELECTED",
      summary: "No test of the matrix matches the selection. Nothing was created.",
      next: "chainfleet storage run --dry-run lists all tests; a pattern has six fields, pool:size:pvc:concurrency:profile:blocksize, and * stands for any text.",
    });
  }
  return groups;
}

/** The settings of fio for a selection. `rank` is made for a fast answer: https://github.com/neil1taylor/storage-perf-tests */
export function fioSettings({ fio }: StorageConfig, { rank }: Selection): FioSettings {
  return rank ? { ...fio, runtimeSeconds: Math.min(fio.runtimeSeconds, RANK_RUNTIME_SECONDS) } : fio;
}

const RANK_RUNTIME_SECONDS = 60;

/** Where the config's cluster is. */
export function clusterAccess({ kubeconfig, context }: StorageConfig): ClusterAccess {
  return {
    ...(kubeconfig === undefined ? {} : { kubeconfig: expandVariables(kubeconfig) }),
    ...(context === undefined ? {} : { context }),
  };
}
