import { setTimeout as pause } from "node:timers/promises";
import { AppsV1Api } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster";
import { clientConfig, openCluster } from "../../cluster/client-config";
import { valueIfKnown } from "../../engine/known";
import { longestPrefix } from "../../longest-prefix";
import type { NetworkNodes } from "../nodes/network-nodes";
import { quorum } from "../quorum";
import type { UntilBack, ValidatorPods } from "../update-hooks";
import { unreadiness } from "../wave-health/readiness";
import { missingReturn } from "./return";
import { replaceStuckPod } from "./stuck-pod";

/**
 * The pods of a network's validators.
 *
 * @param clusters by the names of their regions, each with which a validator's name begins.
 */
export function validatorPodsIn(
  clusters: ReadonlyMap<string, Cluster>,
  nodes: Pick<NetworkNodes, "view" | "askOne" | "hasAnswered">,
): ValidatorPods {
  return {
    untilBack: untilBackIn(clusters, nodes),
    replaceStuckPod: async ({ name, oldOutputs }, signal) => {
      const cluster = clusters.get(longestPrefix(name, [...clusters.keys()]) ?? "");
      const [kubeconfig] = cluster === undefined ? [] : await valueIfKnown(cluster.kubeconfig);
      const { metadata } = (oldOutputs ?? {}) as { readonly metadata?: Readonly<Record<string, string>> };
      if (cluster === undefined || kubeconfig === undefined || metadata === undefined) {
        return;
      }
      const config = await openCluster({ kubeconfig, context: cluster.context }).catch(() => undefined);
      if (config !== undefined) {
        const object = { name: metadata["name"] ?? "", namespace: metadata["namespace"] ?? "" };
        await replaceStuckPod({ config, ...object }, signal);
      }
    },
  };
}

/**
 * Asks the cluster of an updated validator until its StatefulSet is ready, and then its node until the chain has gone on with it.
 * A cluster or a node that does not answer is asked again, up to the time after which the update gate counts the validator as
 * lost.
 *
 * A stopped validator has no node, and stays stopped. A network none of whose nodes has answered in this run cannot be asked:
 * see `restartLimit`.
 *
 * @param clusters by the names of their regions, each with which a validator's name begins. They may be added later.
 * @throws Error if the validator is not back in time, which fails the run.
 */
function untilBackIn(
  clusters: ReadonlyMap<string, Cluster>,
  nodes: Pick<NetworkNodes, "view" | "askOne" | "hasAnswered">,
): UntilBack {
  return async ({ name, newOutputs }) => {
    const cluster = clusters.get(longestPrefix(name, [...clusters.keys()]) ?? "");
    const [kubeconfig] = cluster === undefined ? [] : await valueIfKnown(cluster.kubeconfig);
    const { metadata } = (newOutputs ?? {}) as { readonly metadata?: Readonly<Record<string, string>> };
    if (cluster === undefined || kubeconfig === undefined || metadata === undefined) {
      throw new Error(`${name} was updated, but its cluster is not known, so nothing says that it is ready`);
    }
    const api = clientConfig({ kubeconfig, context: cluster.context }).makeApiClient(AppsV1Api);
    const object = { name: metadata["name"] ?? "", namespace: metadata["namespace"] ?? "" };
    const missing = missingInChain(name, nodes);
    const end = Date.now() + PATIENCE_SECONDS * 1000;
    for (;;) {
      const problem = await api.readNamespacedStatefulSet(object).then(
        async (statefulSet) =>
          unreadiness(statefulSet) ??
          (statefulSet.spec?.replicas !== 0 && nodes.hasAnswered ? missing() : undefined),
        (error: Error) => `cannot be read: ${error.message}`,
      );
      if (problem === undefined) {
        return;
      }
      if (Date.now() > end) {
        throw new Error(`${name} was updated, but ${PATIENCE_SECONDS} seconds later it ${problem}`);
      }
      await pause(200);
    }
  };
}

/** Below the 15 minutes after which the gate counts an update as lost. */
const PATIENCE_SECONDS = 12 * 60;

/** Why the chain does not go on with a validator, yet. Remembers the height at which the validator came back. */
function missingInChain(
  name: string,
  nodes: Pick<NetworkNodes, "view" | "askOne">,
): () => Promise<string | undefined> {
  let heightAtReturn: number | undefined;
  return async () => {
    const answer = await nodes.askOne(name);
    if (answer === undefined || "problem" in answer) {
      return answer?.problem ?? "cannot be asked";
    }
    heightAtReturn ??= (await nodes.view())?.height ?? answer.head.number;
    const missing = missingReturn(answer, heightAtReturn);
    const hasBlocks = answer.syncingTo === undefined;
    return missing === undefined || (hasBlocks && (await isHeldUpByOthers(name, nodes)))
      ? undefined
      : missing;
  };
}

/**
 * Whether so many others are down that the chain makes no blocks with this validator either. Then the others are to be repaired,
 * and the update gate admits nobody whose restart costs the chain anything until they are.
 */
async function isHeldUpByOthers(name: string, nodes: Pick<NetworkNodes, "view">): Promise<boolean> {
  const view = await nodes.view();
  const others = [...(view?.down.keys() ?? [])].filter((other) => other !== name).length;
  return view !== undefined && view.validators.length - others < quorum(view.validators.length);
}
