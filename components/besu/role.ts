/** The purpose of a Besu node. */
export type Role = "validator" | "rpc";

/** The labels of every Kubernetes object of a role. Services and policies select pods by them. */
export function roleLabels(role: Role): Record<string, string> {
  return { "app.kubernetes.io/name": "besu", "app.kubernetes.io/component": role };
}

/** The label selector that finds the objects of several roles. */
export function roleSelector(roles: readonly Role[]): string {
  return `app.kubernetes.io/name=besu,app.kubernetes.io/component in (${roles.join(",")})`;
}
