import { CloudError } from "../engine/resources/errors";
import type { View } from "../engine/resources/kind";
import { stringAt } from "../engine/resources/properties";
import { type ArmKind, identity, keyOf, operations, text } from "./arm";

const armType = "Microsoft.Authorization/roleAssignments";
const guid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/** A role assignment. Errors are documented at https://learn.microsoft.com/azure/role-based-access-control/troubleshooting */
export const roleAssignment: ArmKind = {
  token: "azure-native:authorization:RoleAssignment",
  armType,
  apiVersion: "2022-04-01",
  operations: operations(armType),
  required: ["principalId", "roleDefinitionId", "scope"],
  autoname: { property: "roleAssignmentName", style: "uuid" },
  pathParameters: ["roleAssignmentName"],
  unknown: ["name", "type", "createdBy", "createdOn", "updatedBy", "updatedOn"],
  // The path parameters and the properties in forceNewMap of the plugin's gen/replacement.go.
  immutable: ["roleAssignmentName", "scope", "principalId"],
  identify: ({ inputs }) =>
    identity(
      `/${text(inputs, "scope").replace(/^\/|\/$/g, "")}/providers/${armType}/${text(inputs, "roleAssignmentName")}`,
      "",
    ),
  parent: ({ inputs, scope }) => {
    const target = text(inputs, "scope").replace(/\/$/, "");
    // The simulated cloud assumes that every subscription and management group exists.
    if (/^\/subscriptions\/[^/]+$/.test(target) || target.startsWith("/providers/Microsoft.Management/")) {
      return undefined;
    }
    const isGroup = /\/resourceGroups\/[^/]+$/i.test(target);
    return {
      key: keyOf(target),
      missing: isGroup
        ? new CloudError(
            404,
            "ResourceGroupNotFound",
            `Resource group '${target.split("/").at(-1)}' could not be found.`,
          )
        : new CloudError(
            404,
            "ResourceNotFound",
            `The Resource '${target}' under subscription '${scope.account}' was not found.`,
          ),
    };
  },
  *validate({ inputs, name, previous, view, key }) {
    const principal = text(inputs, "principalId");
    const role = text(inputs, "roleDefinitionId");
    if (!guid.test(name)) {
      yield new CloudError(
        400,
        "InvalidRoleAssignmentId",
        `The role assignment ID '${name}' must be a GUID.`,
      );
    }
    const [, roleName = ""] =
      /\/providers\/Microsoft\.Authorization\/roleDefinitions\/([^/]+)$/i.exec(role) ?? [];
    if (!guid.test(roleName)) {
      yield new CloudError(
        400,
        "RoleDefinitionDoesNotExist",
        `The specified role definition with ID '${role}' does not exist.`,
      );
    }
    if (!guid.test(principal)) {
      yield new CloudError(
        400,
        "InvalidPrincipalId",
        `A valid principal ID must be a GUID; got '${principal}'.`,
      );
    }
    yield* principalFindings(principal, stringAt(inputs, "principalType") ?? "User", view);
    const duplicate = view
      .list(roleAssignment.token)
      .find(
        (other) =>
          other.key !== key &&
          ["principalId", "roleDefinitionId", "scope"].every(
            (property) => keyOf(text(other.inputs, property)) === keyOf(text(inputs, property)),
          ),
      );
    if (duplicate !== undefined) {
      yield new CloudError(409, "RoleAssignmentExists", "The role assignment already exists.");
    }
    // The name is unique in the tenant: to Azure, the same name in another scope is an update of the same assignment.
    // https://learn.microsoft.com/azure/role-based-access-control/troubleshooting#symptom---assigning-a-role-to-a-new-principal-sometimes-fails
    const isTaken = view
      .list(roleAssignment.token)
      .some((other) => other.key !== key && keyOf(other.name) === keyOf(name));
    const isOtherRole =
      previous !== undefined && keyOf(text(previous.inputs, "roleDefinitionId")) !== keyOf(role);
    if (isTaken || isOtherRole) {
      yield new CloudError(
        400,
        "RoleAssignmentUpdateNotPermitted",
        "Tenant ID, application ID, principal ID, and scope are not allowed to be updated.",
      );
    }
  },
  outputs: ({ createdAt }) => ({ createdOn: createdAt, updatedOn: createdAt }),
};

/**
 * The service principals of the simulated cloud are its managed identities. There is no directory of users and
 * groups, so any other id is accepted as a user or a group.
 */
function* principalFindings(principal: string, type: string, view: View): Generator<CloudError> {
  const isIdentity = isServicePrincipal(principal, view);
  if (type === "ServicePrincipal" && !isIdentity) {
    yield new CloudError(
      400,
      "PrincipalNotFound",
      `Principal ${principal.replaceAll("-", "")} does not exist in the directory. Check that you have the ` +
        "correct principal ID.",
    );
  }
  if (type !== "ServicePrincipal" && isIdentity) {
    yield new CloudError(
      400,
      "UnmatchedPrincipalType",
      `The PrincipalId '${principal.replaceAll("-", "")}' has type 'ServicePrincipal' , which is different from ` +
        `specified PrinciaplType '${type}'.`,
    );
  }
}

function isServicePrincipal(principal: string, view: View): boolean {
  return (
    view
      .list("azure-native:managedidentity:UserAssignedIdentity")
      .some(({ computed }) => computed.principalId === principal) ||
    view
      .list("azure-native:containerservice:ManagedCluster")
      .some(({ computed }) => computed.principalId === principal || computed.kubeletObjectId === principal)
  );
}
