import { roleLabels } from "../besu/role";
import type { PolicyResource, StackRule } from "./rule";
import { fields, isUnknown, text } from "./values";

const STATEFUL_SET = "kubernetes:apps/v1:StatefulSet";
const BUDGET = "kubernetes:policy/v1:PodDisruptionBudget";

/** Without a budget, a drain of nodes, as of an upgrade of the cluster, takes all validators of a region down at once. */
export const disruptionBudget: StackRule = {
  code: "POLICY_NO_DISRUPTION_BUDGET",
  description: "Every validator is covered by a PodDisruptionBudget.",
  types: new Set([STATEFUL_SET, BUDGET]),
  ofStack: (resources) => {
    const budgets = resources.filter(({ type }) => type === BUDGET);
    return resources
      .filter(isValidator)
      .filter((validator) => !budgets.some((budget) => covers(budget, validator)))
      .map((resource) => ({
        resource,
        problem: "is a validator that no PodDisruptionBudget covers",
        next: `Add a PodDisruptionBudget in its namespace that selects ${Object.entries(
          roleLabels("validator"),
        )
          .map(([label, value]) => `${label}=${value}`)
          .join(",")} and allows one pod to be down.`,
      }));
  },
};

function isValidator({ type, properties }: PolicyResource): boolean {
  const labels = podLabels(properties);
  return (
    type === STATEFUL_SET &&
    Object.entries(roleLabels("validator")).every(([label, value]) => labels[label] === value)
  );
}

function podLabels({ spec }: PolicyResource["properties"]): Readonly<Record<string, unknown>> {
  return fields(fields(fields(fields(spec).template).metadata).labels);
}

/** A namespace that is not known yet may be the same one; the `up` that follows knows the namespace. */
function covers(budget: PolicyResource, { properties }: PolicyResource): boolean {
  const [one, other] = [budget.properties, properties].map(({ metadata }) => fields(metadata).namespace);
  const { selector, maxUnavailable, minAvailable } = fields(budget.properties.spec);
  const { matchLabels, matchExpressions } = fields(selector);
  const labels = podLabels(properties);
  return (
    (isUnknown(one) || isUnknown(other) || text(one) === text(other)) &&
    matchExpressions === undefined &&
    (maxUnavailable !== undefined || minAvailable !== undefined) &&
    Object.entries(fields(matchLabels)).every(([label, value]) => labels[label] === value)
  );
}
