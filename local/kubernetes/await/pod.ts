import { condition, field, type KubernetesObject, list, text } from "../api/object";
import type { Awaiter, Verdict } from "./awaiter";

/** A Pod is ready when it is scheduled, initialized and Ready, or has succeeded. */
export const pod: Awaiter = {
  timeoutSeconds: 600,
  related: [],
  verdict: (object) => verdict(object),
};

/** What keeps a workload's pods from being ready, one line a pod; nothing for those that are. */
export function podProblems(pods: readonly KubernetesObject[]): string[] {
  return pods.flatMap((each) => {
    const judged = verdict(each);
    return judged === "ready" ? [] : judged.reasons;
  });
}

function verdict(object: KubernetesObject): Verdict {
  if (text(object, "status", "phase") === "Succeeded" || condition(object, "Ready")?.status === "True") {
    return "ready";
  }
  const name = `[Pod ${object.metadata.namespace}/${object.metadata.name}]`;
  const scheduled = condition(object, "PodScheduled");
  if (scheduled?.status === "False") {
    return { reasons: [`${name}: ${scheduled.reason || "Unscheduled"}: ${scheduled.message}`] };
  }
  const ready = condition(object, "Ready");
  const containers = [
    ...list(object, "status", "initContainerStatuses"),
    ...list(object, "status", "containerStatuses"),
  ].flatMap(containerProblem);
  return {
    reasons: [
      [`${name}: ${ready?.message || `waiting to be ready (phase ${text(object, "status", "phase")})`}`]
        .concat(containers)
        .join(" -- "),
    ],
  };
}

function containerProblem(status: unknown): string[] {
  if (field(status, "ready") === true) {
    return [];
  }
  const waiting = field(status, "state", "waiting");
  if (waiting !== undefined && text(waiting, "reason") !== "ContainerCreating") {
    return [`[${text(waiting, "reason")}] ${text(waiting, "message")}`];
  }
  const terminated = field(status, "state", "terminated");
  if (terminated !== undefined && text(terminated, "reason") !== "") {
    return [
      text(terminated, "message") === ""
        ? `Container "${text(status, "name")}" completed with exit code ${String(field(terminated, "exitCode"))}`
        : `[${text(terminated, "reason")}] ${text(terminated, "message")}`,
    ];
  }
  return [];
}
