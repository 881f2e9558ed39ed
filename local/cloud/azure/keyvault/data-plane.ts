import { CloudError } from "../../engine/resources/errors";
import type { Scope, View } from "../../engine/resources/kind";
import { booleanAt, objectsAt, stringAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import { poolsOf } from "../aks/agentpool";
import { keyOf, text } from "../arm";
import { secret } from "./secret";
import { findVault } from "./vault";

/** What vaults accept as the audience of a token: https://learn.microsoft.com/azure/key-vault/general/authentication */
const AUDIENCE = "https://vault.azure.net";

/** A token of the person or the program that deploys. Nothing is signed. */
export function tokenFor({ principal }: Scope, audience: string): string {
  return Buffer.from(JSON.stringify({ principal, audience })).toString("base64url");
}

/**
 * Reads the value of a secret for whoever has a token of {@link tokenFor}: https://learn.microsoft.com/rest/api/keyvault/secrets/get-secret/get-secret.
 * The deployer counts as one who has the right, and whose address the vault admits.
 *
 * @throws CloudError
 */
export function readSecret(
  view: View,
  { vault, name }: { readonly vault: string; readonly name: string },
  authorization: string | undefined,
): { readonly value: string } {
  const [, token = ""] = /^Bearer (.+)$/.exec(authorization ?? "") ?? [];
  if (audienceOf(token) !== AUDIENCE) {
    throw new CloudError(
      401,
      "Unauthorized",
      "AKV10022: Invalid audience. Expected https://vault.azure.net.",
    );
  }
  return { value: secretValue(view, vault, name) };
}

function audienceOf(token: string): unknown {
  try {
    return JSON.parse(Buffer.from(token, "base64url").toString("utf8")).audience;
  } catch {
    return undefined;
  }
}

/** What the Secrets Store CSI driver asks for on behalf of a pod. */
export interface PodRequest {
  readonly namespace: string;
  readonly serviceAccount: string;
  /** Client id of the identity that the SecretProviderClass names. */
  readonly clientId: string;
  readonly tenantId: string;
  readonly vault: string;
  readonly name: string;
}

/**
 * Reads the value of a secret as the driver's Azure provider does with the workload identity of a pod.
 *
 * @throws CloudError the refusal of Microsoft Entra, or of the vault.
 */
export function readSecretForPod(view: View, request: PodRequest): { readonly value: string } {
  const identity = view
    .list("azure-native:managedidentity:UserAssignedIdentity")
    .find(({ computed }) => computed.clientId === request.clientId);
  // https://learn.microsoft.com/entra/identity-platform/reference-error-codes
  if (identity === undefined || identity.computed.tenantId !== request.tenantId) {
    throw new CloudError(
      400,
      "AADSTS700016",
      `Application with identifier '${request.clientId}' was not found in the directory '${request.tenantId}'.`,
    );
  }
  const cluster = clusterOf(view, request.namespace);
  requireCredential(view, identity, cluster, request);
  const vault = findVault(view, request.vault);
  if (vault === undefined) {
    throw new CloudError(404, "VaultNotFound", `There is no host ${request.vault}.vault.azure.net.`);
  }
  requireNetwork(view, vault, cluster);
  requireRole(view, identity, vault);
  return { value: secretValue(view, request.vault, request.name) };
}

/**
 * The cluster of a pod. All simulated clusters are one control plane, in which a cluster has a namespace of its name. Without
 * the add-on there is no driver, and the pod waits: https://learn.microsoft.com/azure/aks/csi-secrets-store-driver
 */
function clusterOf(view: View, namespace: string): Resource {
  const cluster = view
    .list("azure-native:containerservice:ManagedCluster")
    .find(({ name }) => name === namespace);
  if (
    cluster === undefined ||
    booleanAt(cluster.inputs, "addonProfiles.azureKeyvaultSecretsProvider.enabled") !== true
  ) {
    throw new CloudError(
      400,
      "FailedMount",
      `driver name secrets-store.csi.k8s.io not found in the list of registered CSI drivers of the cluster ${namespace}`,
    );
  }
  return cluster;
}

/** https://learn.microsoft.com/entra/workload-id/workload-identity-federation */
function requireCredential(view: View, identity: Resource, cluster: Resource, request: PodRequest): void {
  const subject = `system:serviceaccount:${request.namespace}:${request.serviceAccount}`;
  const isIssuer = booleanAt(cluster.inputs, "oidcIssuerProfile.enabled") === true;
  const isTrusted = view
    .children(identity.key)
    .some(
      ({ inputs }) => isIssuer && inputs.issuer === cluster.computed.issuer && inputs.subject === subject,
    );
  if (!isTrusted) {
    throw new CloudError(
      401,
      "AADSTS700213",
      `No matching federated identity record found for presented assertion subject '${subject}'.`,
    );
  }
}

/** https://learn.microsoft.com/azure/key-vault/general/network-security */
function requireNetwork(view: View, vault: Resource, cluster: Resource): void {
  if (stringAt(vault.inputs, "properties.networkAcls.defaultAction") !== "Deny") {
    return;
  }
  const admitted = objectsAt(vault.inputs, "properties.networkAcls.virtualNetworkRules").map((rule) =>
    keyOf(text(rule, "id")),
  );
  const subnets = poolsOf(cluster.key, view).map(({ inputs }) => keyOf(text(inputs, "vnetSubnetID")));
  if (!subnets.some((subnet) => admitted.includes(subnet))) {
    throw new CloudError(
      403,
      "ForbiddenByFirewall",
      `Client address is not authorized and caller is not a trusted service. Vault: ${vault.name}.`,
    );
  }
}

/** https://learn.microsoft.com/azure/key-vault/general/rbac-guide */
function requireRole(view: View, identity: Resource, vault: Resource): void {
  const isAllowed = view
    .list("azure-native:authorization:RoleAssignment")
    .some(
      (assignment) =>
        view.isReady(assignment) &&
        assignment.inputs.principalId === identity.computed.principalId &&
        vault.key.startsWith(keyOf(text(assignment.inputs, "scope"))) &&
        READERS.some((role) => text(assignment.inputs, "roleDefinitionId").endsWith(role)),
    );
  if (!isAllowed) {
    throw new CloudError(
      403,
      "ForbiddenByRbac",
      "Caller is not authorized to perform action on resource. Action: " +
        `'Microsoft.KeyVault/vaults/secrets/getSecret/action'. Vault: ${vault.name}.`,
    );
  }
}

/** Key Vault Secrets User, Key Vault Secrets Officer, Key Vault Administrator. */
const READERS = [
  "4633458b-17de-408a-b874-0445c86b69e6",
  "b86a8fe4-44ce-4948-aee5-eccb2c155cd7",
  "00482a5a-887f-4fb3-b363-3b7fe8e74483",
];

function secretValue(view: View, vaultName: string, name: string): string {
  const vault = findVault(view, vaultName);
  const found =
    vault &&
    view
      .children(vault.key)
      .find((child) => child.type === secret.token && keyOf(child.name) === keyOf(name));
  const value = found && stringAt(found.inputs, "properties.value");
  if (value === undefined) {
    throw new CloudError(
      404,
      "SecretNotFound",
      `A secret with (name/id) ${name} was not found in this key vault. If you recently deleted this secret you may be ` +
        "able to recover it using the correct recovery command.",
    );
  }
  return value;
}
