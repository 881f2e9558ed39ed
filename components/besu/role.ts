/** What a Besu node is for. */
export type Role = "validator" | "rpc";

/** The labels that every object of a role has, and that Services and policies select by. */
export function roleLabels(role: Role): Record<string, string> {
  return { "app.kubernetes.io/name": "besu", "app.kubernetes.io/component": role };
}
