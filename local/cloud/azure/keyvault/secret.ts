import { CloudError } from "../../engine/resources/errors";
import { objectAt, without } from "../../engine/resources/properties";
import { hex } from "../../engine/resources/random";
import type { Resource } from "../../engine/resources/store";
import {
  type ArmKind,
  identity,
  keyOf,
  nameFailures,
  operations,
  parentKeyOf,
  parentReference,
  text,
} from "../arm";
import { secretId } from "./vault";

const armType = "Microsoft.KeyVault/vaults/secrets";

/** The type of what stays of a secret that was deleted, while its vault stays. */
const DELETED_SECRET = "azure-native:keyvault:DeletedSecret";

/**
 * A secret in a vault. The plugin creates it through Resource Manager, where neither the vault's network rules nor roles on
 * its data count, and deletes it through the vault itself:
 * https://github.com/pulumi/pulumi-azure-native/blob/master/provider/pkg/resources/customresources/custom_keyvault.go
 */
export const secret: ArmKind = {
  token: "azure-native:keyvault:Secret",
  armType,
  apiVersion: "2024-11-01",
  operations: operations(armType),
  required: ["resourceGroupName", "vaultName", "properties"],
  autoname: { property: "secretName", style: "random", maximumLength: 127 },
  pathParameters: ["resourceGroupName", "vaultName", "secretName"],
  unknown: ["name", "type", "location", "properties.secretUri", "properties.secretUriWithVersion"],
  immutable: ["resourceGroupName", "vaultName", "secretName"],
  // https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
  check: (inputs) =>
    nameFailures(inputs, "secretName", { minimum: 1, maximum: 127, pattern: /^[a-zA-Z0-9-]{1,127}$/ }),
  identify: ({ inputs, scope }) => identity(secretId(scope, inputs), ""),
  parent: (draft) => parentReference(draft, armType),
  *validate({ id, name, previous, view }) {
    // https://github.com/Azure/azure-powershell/issues/19733
    if (previous === undefined && view.find(deletedKey(id)) !== undefined) {
      yield new CloudError(
        409,
        "Conflict",
        `Secret ${name} is currently in a deleted but recoverable state, and its name cannot be reused; in this state, ` +
          "the secret can only be recovered or purged.",
      );
    }
  },
  // Each write makes a new version.
  computed: ({ unique, previous }) =>
    previous === undefined
      ? { version: hex(32, unique, "version") }
      : { version: hex(32, previous.operation.since) },
  // "'value' will never be returned from the service": SecretProperties in the API's specification.
  outputs: ({ id, name, inputs, computed, location }) => {
    const uri = `https://${id.split("/").at(-3)}.vault.azure.net/secrets/${name}`;
    return {
      version: null,
      location,
      properties: {
        ...without(objectAt(inputs, "properties"), ["value"]),
        secretUri: uri,
        secretUriWithVersion: `${uri}/${text(computed, "version")}`,
      },
    };
  },
  remains: (resource, doomed) =>
    doomed.some(({ key }) => key === resource.parent) ? undefined : deletedSecret(resource),
};

function deletedKey(id: string): string {
  return `deleted secret ${keyOf(id)}`;
}

function deletedSecret(resource: Resource): Resource {
  const now = Date.now();
  return {
    ...resource,
    key: deletedKey(resource.id),
    id: resource.id.replace(/\/secrets\//i, "/deletedsecrets/"),
    type: DELETED_SECRET,
    parent: parentKeyOf(resource.id),
    operation: { kind: "create", since: now, until: now, locks: [] },
  };
}
