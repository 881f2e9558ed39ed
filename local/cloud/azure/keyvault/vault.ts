import type { PropertyMap } from "../../../plugin/values";
import type { Cloud } from "../../engine/cloud/cloud";
import { CloudError } from "../../engine/resources/errors";
import type { Draft, Reference, View } from "../../engine/resources/kind";
import { booleanAt, numberAt, objectAt, objectsAt, stringAt } from "../../engine/resources/properties";
import type { Resource } from "../../engine/resources/store";
import {
  type ArmKind,
  armId,
  groupReference,
  identifyInGroup,
  keyOf,
  locationFindings,
  nameFailures,
  operations,
  referenceTo,
  text,
} from "../arm";
import { isSameLocation } from "../locations";

const armType = "Microsoft.KeyVault/vaults";

/** The type of what stays of a vault that was deleted. */
const DELETED_VAULT = "azure-native:keyvault:DeletedVault";

/** A vault for secrets. A deleted vault stays, with its secrets, and keeps its name. */
export const vault: ArmKind = {
  token: "azure-native:keyvault:Vault",
  armType,
  apiVersion: "2024-11-01",
  operations: operations(armType),
  required: ["resourceGroupName", "properties", "properties.tenantId", "properties.sku"],
  autoname: { property: "vaultName", style: "random", maximumLength: 24 },
  pathParameters: ["resourceGroupName", "vaultName"],
  unknown: ["name", "type", "systemData", "properties.vaultUri", "properties.provisioningState"],
  immutable: ["resourceGroupName", "vaultName", "location", "properties.tenantId"],
  same: isSameLocation,
  // The pattern in the API's specification: https://learn.microsoft.com/rest/api/keyvault/keyvault/vaults/create-or-update
  check: (inputs) =>
    nameFailures(inputs, "vaultName", { minimum: 3, maximum: 24, pattern: /^[a-zA-Z0-9-]{3,24}$/ }),
  identify: identifyInGroup(armType, "vaultName"),
  parent: groupReference,
  *references({ id, inputs }): Generator<Reference> {
    for (const rule of subnetRules(inputs)) {
      yield referenceTo(text(rule, "id"), id);
    }
  },
  *validate(draft) {
    yield* locationFindings(draft, armType);
    yield* vaultNameFindings(draft);
    yield* protectionFindings(draft);
    yield* subnetFindings(draft);
  },
  outputs: ({ name, inputs }) => ({
    properties: {
      ...objectAt(inputs, "properties"),
      vaultUri: `https://${name}.vault.azure.net/`,
      provisioningState: "Succeeded",
    },
  }),
  remains: (resource, doomed) => deletedVault(resource, doomed),
};

/** A vault by its name, which no other vault in Azure has. */
export function findVault(view: View, name: string): Resource | undefined {
  return view.list(vault.token).find((candidate) => keyOf(candidate.name) === keyOf(name));
}

/**
 * Names begin with a letter, end with a letter or a digit, and have no two hyphens in a row:
 * https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules#microsoftkeyvault
 */
function* vaultNameFindings({ name, key, previous, inputs, view }: Draft): Generator<CloudError> {
  if (!/^[a-zA-Z](-?[a-zA-Z0-9])*$/.test(name)) {
    yield new CloudError(
      400,
      "VaultNameNotValid",
      `The vault name '${name}' is invalid. A vault's name must be between 3-24 alphanumeric characters. The name must ` +
        "begin with a letter, end with a letter or digit, and not contain consecutive hyphens.",
    );
  }
  // https://github.com/Azure/ARO-Landing-Zone-Accelerator/issues/28
  const namesake = findVault(view, name);
  if (namesake !== undefined && namesake.key !== key) {
    yield new CloudError(
      409,
      "VaultAlreadyExists",
      `The vault name '${name}' is already in use. Vault names are globaly unique so it is possible that the name is ` +
        "already taken.",
    );
  }
  // https://github.com/alan-turing-institute/data-safe-haven/issues/2523
  if (previous === undefined && view.find(deletedVaultKey(name)) !== undefined) {
    yield new CloudError(
      409,
      "ConflictError",
      "A vault with the same name already exists in deleted state. You need to either recover or purge existing key " +
        "vault. Follow this link https://go.microsoft.com/fwlink/?linkid=2149745 for more information on soft delete.",
    );
  }
  if (stringAt(inputs, "properties.createMode") === "recover") {
    yield new CloudError(
      400,
      "BadRequest",
      "The local simulated cloud recovers a vault by its control API only.",
    );
  }
}

/** https://learn.microsoft.com/azure/key-vault/general/soft-delete-overview */
function* protectionFindings({ inputs, previous }: Draft): Generator<CloudError> {
  const properties = objectAt(inputs, "properties");
  for (const property of ["enableSoftDelete", "enablePurgeProtection"]) {
    if (booleanAt(properties, property) === false) {
      yield new CloudError(
        400,
        "BadRequest",
        `The property "${property}" cannot be set to false. Enabling it for a vault is an irreversible action.`,
      );
    }
  }
  const days = numberAt(properties, "softDeleteRetentionInDays") ?? 90;
  if (days < 7 || days > 90) {
    yield new CloudError(
      400,
      "BadRequest",
      'The property "softDeleteRetentionInDays" must be between 7 and 90 days.',
    );
  }
  const before = previous && (numberAt(previous.inputs, "properties.softDeleteRetentionInDays") ?? 90);
  if (before !== undefined && before !== days) {
    yield new CloudError(
      400,
      "BadRequest",
      'The property "softDeleteRetentionInDays" has been set already and it can\'t be modified.',
    );
  }
}

/** https://github.com/hashicorp/terraform-provider-azurerm/issues/11759 */
function* subnetFindings({ inputs, view }: Draft): Generator<CloudError> {
  for (const rule of subnetRules(inputs)) {
    const subnet = view.find(keyOf(text(rule, "id")));
    const services = subnet === undefined ? [] : objectsAt(subnet.inputs, "serviceEndpoints");
    if (
      booleanAt(rule, "ignoreMissingVnetServiceEndpoint") !== true &&
      subnet !== undefined &&
      !services.some(({ service }) => service === "Microsoft.KeyVault")
    ) {
      yield new CloudError(
        400,
        "SubnetsHaveNoServiceEndpointsConfigured",
        `Subnets ${subnet.name} of virtual network ${subnet.parent} do not have ServiceEndpoints for Microsoft.KeyVault ` +
          "resources configured. Add Microsoft.KeyVault to subnet's ServiceEndpoints collection before trying to ACL " +
          "Microsoft.KeyVault resources to these subnets.",
      );
    }
  }
}

function subnetRules(inputs: PropertyMap): readonly PropertyMap[] {
  return objectsAt(inputs, "properties.networkAcls.virtualNetworkRules");
}

function deletedVaultKey(name: string): string {
  return `deleted vault ${keyOf(name)}`;
}

/** What stays of a vault: everything that a recovery brings back. */
function deletedVault(resource: Resource, doomed: readonly Resource[]): Resource {
  const now = Date.now();
  const { parent: _, ...vaultItself } = resource;
  const contents = doomed.filter(({ parent }) => parent === resource.key);
  return {
    ...vaultItself,
    key: deletedVaultKey(resource.name),
    id: `/subscriptions/${resource.id.split("/")[2]}/providers/Microsoft.KeyVault/locations/${resource.location}/deletedVaults/${resource.name}`,
    type: DELETED_VAULT,
    inputs: {},
    computed: { resources: JSON.stringify([resource, ...contents]) },
    references: [],
    operation: { kind: "create", since: now, until: now, locks: [] },
  };
}

/**
 * Recovers a vault as `az keyvault recover` does: with its secrets, but without the roles that were given on the vault.
 * https://learn.microsoft.com/azure/key-vault/general/key-vault-recovery
 *
 * @throws CloudError if there is no such deleted vault, or its resource group is gone.
 */
export function recoverVault(cloud: Cloud, name: string): Resource {
  const deleted = cloud.find(deletedVaultKey(name));
  if (deleted === undefined) {
    throw new CloudError(
      404,
      "DeletedVaultNotFound",
      `The specified deleted vault '${name}' does not exist.`,
    );
  }
  const [vaultItself, ...contents] = JSON.parse(text(deleted.computed, "resources")) as Resource[];
  if (vaultItself === undefined || cloud.find(vaultItself.parent ?? "") === undefined) {
    throw new CloudError(
      404,
      "ResourceGroupNotFound",
      `The resource group of the deleted vault '${name}' could not be found.`,
    );
  }
  const now = Date.now();
  for (const resource of [vaultItself, ...contents]) {
    cloud.put({ ...resource, operation: { kind: "create", since: now, until: now, locks: [] } });
  }
  cloud.remove(deleted.key);
  return vaultItself;
}

/** The id of a secret in a vault. */
export function secretId(scope: { readonly account: string }, inputs: PropertyMap): string {
  return armId(scope, inputs, `${armType}/secrets`, text(inputs, "vaultName"), text(inputs, "secretName"));
}
