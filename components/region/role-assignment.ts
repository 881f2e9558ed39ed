import * as authorization from "@pulumi/azure-native/authorization";
import * as pulumi from "@pulumi/pulumi";
import { v5 as uuid } from "uuid";

/** What a managed identity may do, and where. */
export interface Grant {
  /** The object id of the identity's service principal. */
  readonly principalId: pulumi.Output<string>;
  /** The id of the role, a UUID. */
  readonly role: string;
  /** The ARM id of the resource on which the identity gets the role. */
  readonly scope: pulumi.Output<string>;
}

/** Gives a managed identity a role. */
export function grantRole(
  name: string,
  { principalId, role, scope }: Grant,
  opts: pulumi.CustomResourceOptions,
): authorization.RoleAssignment {
  return new authorization.RoleAssignment(
    name,
    {
      roleAssignmentName: pulumi.all([scope, principalId]).apply((parts) => roleAssignmentName(parts, role)),
      scope,
      principalId,
      principalType: "ServicePrincipal",
      roleDefinitionId: pulumi.interpolate`/subscriptions/${scope.apply(subscriptionOf)}/providers/Microsoft.Authorization/roleDefinitions/${role}`,
    },
    opts,
  );
}

/**
 * The name of a role assignment: a UUID that must be unique in the whole tenant, and that is the same in every run. Two
 * networks with the same names in two subscriptions differ in the scope; an identity that was deleted and created again
 * has another principal. https://learn.microsoft.com/azure/role-based-access-control/role-assignments#name
 */
function roleAssignmentName([scope, principal]: readonly string[], role: string): string {
  return uuid(`${scope}/${principal}/${role}`.toLowerCase(), ROLE_ASSIGNMENTS);
}

/** The UUID namespace of role assignments. */
const ROLE_ASSIGNMENTS = "5b0c3a0e-6a9c-4c6f-9d0b-3f2a1f6f1380";

function subscriptionOf(armId: string): string {
  return armId.split("/")[2] ?? "";
}
