import { condition, count, field, type KubernetesObject, text } from "../api/object";
import { type Awaiter, isOwnedBy } from "./awaiter";
import { podProblems } from "./pod";

const PODS = { apiVersion: "v1", kind: "Pod" };
const REPLICA_SETS = { apiVersion: "apps/v1", kind: "ReplicaSet" };
const CLAIMS = { apiVersion: "v1", kind: "PersistentVolumeClaim" };

/**
 * A StatefulSet is ready when all its replicas are, and, unless its pods are replaced by hand (`OnDelete`), all
 * of them are of the newest revision.
 */
export const statefulSet: Awaiter = {
  timeoutSeconds: 600,
  related: [PODS],
  verdict: (object, related) => {
    const replicas = replicasOf(object);
    const byHand =
      count(object, "metadata", "generation") > 1 &&
      text(object, "spec", "updateStrategy", "type") === "OnDelete";
    const current = text(object, "status", "currentRevision");
    const update = text(object, "status", "updateRevision");
    const observed = isObserved(object);
    const revisionReady = observed && (byHand || (current !== "" && current === update));
    const ready = count(object, "status", "readyReplicas");
    const replicasReady =
      observed &&
      count(object, "status", "replicas") === replicas &&
      ready === replicas &&
      (byHand || count(object, "status", "currentReplicas") === replicas);
    if (revisionReady && replicasReady) {
      return "ready";
    }
    const newest = revisionReady ? ready : Math.min(ready, count(object, "status", "updatedReplicas"));
    return {
      reasons: [
        ...(replicasReady ? [] : [`${newest} out of ${replicas} replicas succeeded readiness checks`]),
        ...(revisionReady
          ? []
          : [`StatefulSet controller failed to advance from revision "${current}" to revision "${update}"`]),
        ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object))),
      ],
    };
  },
};

/**
 * A Deployment is ready when it is available and the ReplicaSet of its newest revision has rolled out, and the
 * claims that its pods mount are bound.
 */
export const deployment: Awaiter = {
  timeoutSeconds: 600,
  related: [REPLICA_SETS, PODS, CLAIMS],
  verdict: (object, related) => {
    const revision = object.metadata.annotations?.[REVISION] ?? "";
    const available = condition(object, "Available");
    const progressing = condition(object, "Progressing");
    const newest = related("ReplicaSet").find(
      (each) => isOwnedBy(each, object) && each.metadata.annotations?.[REVISION] === revision,
    );
    const rolledOut =
      newest !== undefined && count(newest, "status", "readyReplicas") >= count(newest, "spec", "replicas");
    const unbound = related("PersistentVolumeClaim").filter(
      (claim) => mounts(object, claim) && text(claim, "status", "phase") !== "Bound",
    );
    if (
      isObserved(object) &&
      revision !== "" &&
      available?.status === "True" &&
      progressing?.reason === "NewReplicaSetAvailable" &&
      rolledOut &&
      unbound.length === 0
    ) {
      return "ready";
    }
    const failed = [available, progressing].flatMap((each) =>
      each?.status === "False" ? [`[${each.reason}] ${each.message}`] : [],
    );
    return {
      reasons: [
        `Waiting for app ReplicaSet to be available (${count(newest, "status", "readyReplicas")}/${replicasOf(object)} Pods available)`,
        ...failed,
        ...unbound.map(
          (claim) =>
            `PersistentVolumeClaim: [${claim.metadata.name}] is not ready. status.phase currently at: ${text(claim, "status", "phase")}`,
        ),
        ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, newest))),
      ],
    };
  },
};

/** A DaemonSet is ready when every node that should run its newest pod does. */
export const daemonSet: Awaiter = {
  timeoutSeconds: 600,
  related: [PODS],
  verdict: (object, related) => {
    const desired = count(object, "status", "desiredNumberScheduled");
    const updated = count(object, "status", "updatedNumberScheduled");
    const available = count(object, "status", "numberAvailable");
    const byHand = text(object, "spec", "updateStrategy", "type") === "OnDelete";
    return isObserved(object) && (byHand || updated >= desired) && available >= desired
      ? "ready"
      : {
          reasons: [
            `${Math.min(updated, available)} out of ${desired} Pods are up to date and available`,
            ...podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object))),
          ],
        };
  },
};

/** A Job is ready when it is complete; one that has failed never will be. */
export const job: Awaiter = {
  timeoutSeconds: 600,
  related: [PODS],
  verdict: (object, related) => {
    if (condition(object, "Complete")?.status === "True") {
      return "ready";
    }
    const problems = podProblems(related("Pod").filter((pod) => isOwnedBy(pod, object)));
    const failed = condition(object, "Failed");
    return failed?.status === "True"
      ? { reasons: [`Job failed: [${failed.reason}] ${failed.message}`, ...problems], final: true }
      : {
          reasons: [
            `${count(object, "status", "succeeded")} out of ${String(field(object, "spec", "completions") ?? 1)} completions succeeded`,
            ...problems,
          ],
        };
  },
};

const REVISION = "deployment.kubernetes.io/revision";

/** Whether the status is about the object as it is now, and not as it was before the last change. */
function isObserved(object: KubernetesObject): boolean {
  return count(object, "status", "observedGeneration") >= count(object, "metadata", "generation");
}

function replicasOf(object: KubernetesObject): number {
  const replicas = field(object, "spec", "replicas");
  return typeof replicas === "number" ? replicas : 1;
}

function mounts(workload: KubernetesObject, claim: KubernetesObject): boolean {
  const volumes = field(workload, "spec", "template", "spec", "volumes");
  return (
    Array.isArray(volumes) &&
    volumes.some((volume) => text(volume, "persistentVolumeClaim", "claimName") === claim.metadata.name)
  );
}
