import { ChainfleetError } from "../../components/error";
import { surveyGroups } from "../../components/rolling/survey";
import { Cluster } from "../../components/storage/kubevirt/cluster";
import { surveyCluster } from "../../components/storage/kubevirt/survey";
import { readPrivateKey, releaseOf } from "../../stacks/config/rolling/release-settings";
import type { RollingConfig } from "../../stacks/config/rolling/rolling-schema";
import type { Config } from "../../stacks/config/schema";
import { clusterAccess, selectedGroups } from "../../stacks/config/storage/storage-run";
import type { StorageConfig } from "../../stacks/config/storage/storage-schema";
import { type Check, missing, ok, unknown, type Verdict } from "./check";

/** The questions that a preview of a release or of storage tests begins with: what they need must be there before. */
export function surveyChecks({ rolling, storage }: Config, stack: string): Check[] {
  return [
    ...(rolling === undefined
      ? []
      : [
          ...(rolling.ssh.privateKeyFile === undefined
            ? []
            : [{ name: "rolling: SSH key", required: true, look: () => sshKey(rolling) }]),
          { name: "rolling: Auto Scaling Groups", required: true, look: () => groupsOf(rolling, stack) },
        ]),
    ...(storage === undefined
      ? []
      : [{ name: "storage: cluster", required: true, look: () => clusterOf(storage) }]),
  ];
}

async function sshKey({ ssh: { privateKeyFile = "" } }: RollingConfig): Promise<Verdict> {
  return found(async () => {
    readPrivateKey(privateKeyFile);
    return `${privateKeyFile} can be read`;
  });
}

/** The groups, their launch templates and images, as the credentials of AWS's SDK see them. */
async function groupsOf(config: RollingConfig, stack: string): Promise<Verdict> {
  return found(async () => {
    const groups = await surveyGroups(config.groups, releaseOf(config, stack), config.instance.address);
    const regions = [...new Set(groups.map(({ region }) => region))];
    return `${groups.length} with launch templates and images, in ${regions.join(", ")}`;
  });
}

/** KubeVirt, worker nodes, the namespace and the storage classes of the pools. */
async function clusterOf(config: StorageConfig): Promise<Verdict> {
  return found(async () => {
    const tested = new Set(selectedGroups(config, config.select).map(({ pool }) => pool));
    const { namespace, pools } = config;
    const { environment, workers } = await surveyCluster(new Cluster(clusterAccess(config)), pools, {
      namespace,
      tested,
    });
    return `Kubernetes ${environment.kubernetes} with KubeVirt ${environment.kubevirt}, ${workers.length} workers, and the storage classes of ${tested.size} pools`;
  });
}

/** A ChainfleetError says what is missing; any other error only that nobody knows. */
async function found(look: () => Promise<string>): Promise<Verdict> {
  try {
    return ok(await look());
  } catch (error) {
    return error instanceof ChainfleetError
      ? missing(error.summary, error.next)
      : unknown((error as Error).message);
  }
}
