import type { PropertyMap } from "../../plugin/values";
import type { View } from "../engine/resources/kind";
import { isObject, objectsAt } from "../engine/resources/properties";
import type { Resource } from "../engine/resources/store";
import { text } from "./api";
import { documentOf, rolePolicy, rolePolicyAttachment } from "./iam";

/*
 * What roles may do, as far as the simulation needs it: statements that allow. There are no denials, no permissions boundaries
 * and no policies of organizations. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
 */

/** Who wants to assume a role, with the tags of the session. */
export interface Assumption {
  /** @example "pods.eks.amazonaws.com" */
  readonly service: string;
  readonly tags: Readonly<Record<string, string>>;
}

/** Whether a role's trust policy lets a service assume the role and tag the session. A condition that is not known is not met. */
export function isTrusted(role: Resource, { service, tags }: Assumption): boolean {
  return ["sts:AssumeRole", "sts:TagSession"].every((action) =>
    statementsOf(text(role.inputs, "assumeRolePolicy")).some(
      (statement) =>
        statement.Effect === "Allow" &&
        textsOf(isObject(statement.Principal) ? statement.Principal.Service : undefined).includes(service) &&
        textsOf(statement.Action).some((pattern) => matches(pattern, action)) &&
        conditionsAreMet(statement, tags),
    ),
  );
}

/** Conditions on the tags of the session: https://docs.aws.amazon.com/eks/latest/userguide/pod-id-role.html */
function conditionsAreMet({ Condition }: PropertyMap, tags: Readonly<Record<string, string>>): boolean {
  const conditions = isObject(Condition) ? Condition : {};
  return Object.entries(conditions).every(
    ([operator, wanted]) =>
      operator === "StringEquals" &&
      isObject(wanted) &&
      Object.entries(wanted).every(([key, values]) => {
        const tag = tags[key.replace(/^aws:RequestTag\//, "")];
        return tag !== undefined && textsOf(values).includes(tag);
      }),
  );
}

/** Whether an inline policy of a role allows an action. Managed policies allow nothing here. */
export function isAllowed(
  role: Resource,
  { action, resource }: { readonly action: string; readonly resource: string },
  view: View,
): boolean {
  return view
    .dependents(role.key)
    .filter((dependent) => dependent.type === rolePolicy.token && view.isReady(dependent))
    .flatMap(({ inputs }) => statementsOf(text(inputs, "policy")))
    .some(
      (statement) =>
        statement.Effect === "Allow" &&
        statement.Condition === undefined &&
        textsOf(statement.Action).some((pattern) => matches(pattern, action)) &&
        textsOf(statement.Resource).some((pattern) => matches(pattern, resource)),
    );
}

/** The ARNs of the managed policies of a role. */
export function attachedPolicies(role: Resource, view: View): readonly string[] {
  return view
    .dependents(role.key)
    .filter(({ type }) => type === rolePolicyAttachment.token)
    .map(({ inputs }) => text(inputs, "policyArn"));
}

function statementsOf(document: string): readonly PropertyMap[] {
  const { Statement } = (documentOf(document) ?? {}) as PropertyMap;
  return isObject(Statement) ? [Statement] : objectsAt({ Statement: Statement ?? null }, "Statement");
}

function textsOf(value: unknown): readonly string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === "string");
}

/** `*` and `?` stand for any characters and for any one: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html */
function matches(pattern: string, value: string): boolean {
  const expression = pattern
    .replace(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*")
    .replaceAll("?", ".");
  return new RegExp(`^${expression}$`).test(value);
}
