import { existsSync } from "node:fs";
import { ChainfleetError } from "../../components/error";
import { deleteSelected, type ObjectCount } from "../../components/storage/group/objects";
import { Cluster, reasonOf } from "../../components/storage/kubevirt/cluster";
import { RunFolder } from "../../components/storage/run/run-folder";
import { RUN_LABEL, runSelector } from "../../components/storage/vm/names";
import { clusterAccess } from "../../stacks/config/storage/storage-run";
import type { StorageConfig } from "../../stacks/config/storage/storage-schema";
import { storageConfig } from "./run/options";
import { withRunLock } from "./run-lock";

/** The options of `chainfleet storage clean`. */
export interface CleanOptions {
  readonly stack: string;
  /** Whether to print the result as JSON on standard output. */
  readonly json: boolean;
}

/**
 * Deletes every machine, secret and volume of a run, and waits until they are gone. The results stay.
 *
 * @returns the exit code of the process.
 */
export async function clean(run: string, { stack, json }: CleanOptions): Promise<number> {
  const config = storageConfig(stack);
  const folder = new RunFolder(config.results, run);
  const deleted = await withRunLock(folder, () =>
    deleteRun(config, run, (line) => process.stderr.write(`${line}\n`)),
  );
  if (deleted.machines + deleted.secrets + deleted.claims === 0 && !existsSync(folder.path)) {
    throw new ChainfleetError({
      code: "RUN_UNKNOWN",
      summary: `There is no run ${run}: namespace ${config.namespace} has no object of that run, and ${config.results} has no results.`,
      next: `The ids of the runs in the cluster: kubectl get vm,pvc -n ${config.namespace} -L ${RUN_LABEL}`,
    });
  }
  process.stdout.write(
    json
      ? `${JSON.stringify({ run, namespace: config.namespace, deleted })}\n`
      : `${run}: ${deleted.machines} machines, ${deleted.secrets} secrets and ${deleted.claims} volumes were deleted; nothing is left\n`,
  );
  return 0;
}

/**
 * Deletes all objects of a run in the cluster of a config.
 *
 * @returns how many objects there were.
 * @throws ChainfleetError RUN_NOT_CLEAN if objects are left.
 */
export async function deleteRun(
  config: StorageConfig,
  run: string,
  say: (line: string) => void,
): Promise<ObjectCount> {
  const cluster = new Cluster(clusterAccess(config));
  const folder = new RunFolder(config.results, run);
  if (existsSync(folder.path)) {
    // A process that has outlived its engine would create machines again.
    await folder.claim();
  }
  const selection = { namespace: config.namespace, selector: runSelector(run) };
  let first: ObjectCount | undefined;
  try {
    await deleteSelected(cluster, selection, DELETION_SECONDS, (left) => {
      first ??= left;
      say(`deleting ${left.machines} machines, ${left.secrets} secrets and ${left.claims} volumes of ${run}`);
    });
  } catch (cause) {
    throw new ChainfleetError({
      code: "RUN_NOT_CLEAN",
      summary: `Not everything of the run ${run} could be deleted in namespace ${config.namespace}: ${reasonOf(cause)}.`,
      next: `Try again: chainfleet storage clean ${run}. What keeps an object: kubectl get vm,pvc -n ${config.namespace} -l ${runSelector(run)} -o yaml`,
      cause,
    });
  }
  return first ?? { machines: 0, secrets: 0, claims: 0 };
}

/** Volumes of the clouds take a few minutes until they are gone. */
const DELETION_SECONDS = 600;
