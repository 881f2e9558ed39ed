import { setTimeout as pause } from "node:timers/promises";
import { AppsV1Api } from "@kubernetes/client-node";
import type { Cluster } from "../../cluster";
import { clientConfig } from "../../cluster/client-config";
import { valueIfKnown } from "../../known";
import { longestPrefix } from "../../longest-prefix";
import type { UntilReady } from "../update-hooks";
import { unreadiness } from "./readiness";

/**
 * Asks the cluster of an updated validator until its StatefulSet is ready. A cluster that does not answer is asked again, up to
 * the time after which the update gate counts the validator as lost.
 *
 * @param clusters by the names of their regions, each with which a validator's name begins. They may be added later.
 * @throws Error if the validator is not ready in time, which fails the run.
 */
export function untilReadyIn(clusters: ReadonlyMap<string, Cluster>): UntilReady {
  return async ({ name, newOutputs }) => {
    const cluster = clusters.get(longestPrefix(name, [...clusters.keys()]) ?? "");
    const [kubeconfig] = cluster === undefined ? [] : await valueIfKnown(cluster.kubeconfig);
    const { metadata } = (newOutputs ?? {}) as { readonly metadata?: Readonly<Record<string, string>> };
    if (cluster === undefined || kubeconfig === undefined || metadata === undefined) {
      throw new Error(`${name} was updated, but its cluster is not known, so nothing says that it is ready`);
    }
    const api = clientConfig({ kubeconfig, context: cluster.context }).makeApiClient(AppsV1Api);
    const object = { name: metadata["name"] ?? "", namespace: metadata["namespace"] ?? "" };
    const end = Date.now() + PATIENCE_SECONDS * 1000;
    for (;;) {
      const problem = await api
        .readNamespacedStatefulSet(object)
        .then(unreadiness, (error: Error) => `cannot be read: ${error.message}`);
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
