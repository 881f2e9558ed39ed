import type { KubernetesObject } from "@kubernetes/client-node";
import { CLUSTER_LABEL } from "../kwok-node";
import { accepting, type Cluster } from "./cluster";

/** The cluster of the nodes that belong to no simulated cloud. */
export const LOCAL_CLUSTER = "local";

/**
 * Keeps pods on the nodes of their own cluster, although all local clusters share one control plane: a namespace that has
 * the name of a cluster of the simulated cloud belongs to that cluster, and every other namespace to the local nodes. The
 * simulated cloud writes the names of its clusters with nodes into the ConfigMap `kube-system/cloud-clusters`.
 *
 * https://kubernetes.io/docs/reference/access-authn-authz/mutating-admission-policy/
 */
export async function keepPodsInTheirCluster({ core, objects }: Cluster): Promise<void> {
  const clusters = { name: "cloud-clusters", namespace: "kube-system" };
  await accepting(
    409,
    core.createNamespacedConfigMap({ namespace: clusters.namespace, body: { metadata: clusters, data: {} } }),
  );
  const selected = `(has(params.data) && request.namespace in params.data ? request.namespace : "${LOCAL_CLUSTER}")`;
  const path = CLUSTER_LABEL.replace("/", "~1");
  await accepting(
    409,
    objects.create({
      apiVersion: API_VERSION,
      kind: "MutatingAdmissionPolicy",
      metadata: { name: POLICY },
      spec: {
        paramKind: { apiVersion: "v1", kind: "ConfigMap" },
        failurePolicy: "Fail",
        reinvocationPolicy: "Never",
        matchConstraints: {
          resourceRules: [
            { apiGroups: [""], apiVersions: ["v1"], operations: ["CREATE"], resources: ["pods"] },
          ],
        },
        mutations: [
          {
            patchType: "JSONPatch",
            jsonPatch: {
              expression: `has(object.spec.nodeSelector)
                ? [JSONPatch{op: "add", path: "/spec/nodeSelector/${path}", value: ${selected}}]
                : [JSONPatch{op: "add", path: "/spec/nodeSelector", value: {"${CLUSTER_LABEL}": ${selected}}}]`,
            },
          },
        ],
      },
    } as KubernetesObject),
  );
  await accepting(
    409,
    objects.create({
      apiVersion: API_VERSION,
      kind: "MutatingAdmissionPolicyBinding",
      metadata: { name: POLICY },
      spec: { policyName: POLICY, paramRef: { ...clusters, parameterNotFoundAction: "Deny" } },
    } as KubernetesObject),
  );
}

const API_VERSION = "admissionregistration.k8s.io/v1";
const POLICY = "pods-on-nodes-of-their-cluster";
