import { Cluster, type ClusterAccess } from "../kubevirt/cluster";
import { Checkpoint } from "./checkpoint";
import { RunFolder } from "./run-folder";
import { ensureSshKey, type SshKeyPair } from "./ssh-key";

/** What the tests of a run share in the process that runs them. */
export interface OpenRun {
  readonly folder: RunFolder;
  readonly cluster: Cluster;
  readonly checkpoint: Checkpoint;
  readonly key: SshKeyPair;
}

/** What identifies a run, and leads to its files and its cluster. */
export interface RunAddress {
  readonly run: string;
  /** The folder of all results, absolute or relative to the project's root folder. */
  readonly results: string;
  readonly cluster: ClusterAccess;
}

/** All resources of a stack run in one process, so that one checkpoint file has one writer. */
const opened = new Map<string, Promise<OpenRun>>();

export function openRun({ run, results, cluster }: RunAddress): Promise<OpenRun> {
  const folder = new RunFolder(results, run);
  const key = JSON.stringify([folder.path, cluster]);
  const existing = opened.get(key);
  if (existing !== undefined) {
    return existing;
  }
  const opening = open(folder, cluster);
  opened.set(key, opening);
  opening.catch(() => opened.delete(key));
  return opening;
}

async function open(folder: RunFolder, access: ClusterAccess): Promise<OpenRun> {
  await folder.claim();
  const [checkpoint, key] = await Promise.all([
    Checkpoint.open(folder.checkpointFile),
    ensureSshKey(folder.keyFile),
  ]);
  return { folder, cluster: new Cluster(access), checkpoint, key };
}
