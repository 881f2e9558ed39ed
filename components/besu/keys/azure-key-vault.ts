import * as keyvault from "@pulumi/azure-native/keyvault";
import * as managedidentity from "@pulumi/azure-native/managedidentity";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { azureTags, fullName } from "../../naming";
import { grantRole } from "../../region/role-assignment";
import type { BesuNamespace } from "../namespace";
import { KEY_ENTRY } from "./key-secret";
import type { KeyStore, NamespaceKeys, ValidatorKeyArgs } from "./key-store";
import { mountByDriver } from "./secret-provider-class";
import { createValidatorsServiceAccount, VALIDATORS_SERVICE_ACCOUNT } from "./service-account";
import { vaultName, vaultSecretName } from "./vault-name";

/** The arguments of a region's vault. */
export interface AzureKeyVaultArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** Azure location. @example "eastus" */
  readonly location: string;
  readonly resourceGroupName: pulumi.Input<string>;
  /** The tenant of the subscription. It is known before anything exists, so that a vault which was recovered can be taken over. */
  readonly tenantId: pulumi.Input<string>;
  /** The subnet of the validators' Kubernetes nodes. It has an endpoint of the service Microsoft.KeyVault. */
  readonly validatorsSubnetId: pulumi.Input<string>;
  /** The issuer of the tokens of the cluster's ServiceAccounts. */
  readonly issuerUrl: pulumi.Input<string>;
  /** The address of the region's first validator. The name of the vault depends on it. */
  readonly firstValidator: pulumi.Input<Address>;
  /** True if nothing but the validators' subnet may read the vault. */
  readonly privateApi: boolean;
  /** The IPv4 blocks that may read the vault in addition to the validators' subnet. Empty: every address may. */
  readonly apiAllowedCidrs: readonly string[];
}

/**
 * The validators' keys of an Azure region in a Key Vault, from which the Secrets Store CSI driver mounts each key into its
 * validator's pod with the pod's workload identity.
 *
 * ```
 * vault ─┬─ secret of each validator ──────────────────────────┐
 *        └─ right to read ── identity ── federated credential ─┼─ SecretProviderClass of each validator
 *                                ServiceAccount of validators ─┘
 * ```
 *
 * Secrets are written through Azure Resource Manager, which neither the vault's network rules nor roles on the vault's data
 * concern, so that the vault can be closed to the machine that deploys, and no role has to take effect first:
 * https://learn.microsoft.com/azure/key-vault/general/rbac-guide. A deleted vault stays for 90 days, and nobody can purge it
 * before.
 */
export class AzureKeyVault extends pulumi.ComponentResource implements KeyStore {
  readonly inNamespace: KeyStore["inNamespace"];

  constructor(name: string, args: AzureKeyVaultArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:AzureKeyVault", `${name}-keys`, {}, opts);
    const parent = { parent: this };
    const { network, location, resourceGroupName, tenantId } = args;
    const tags = azureTags(network, name);

    const identity = new managedidentity.UserAssignedIdentity(
      `${name}-keys-identity`,
      { resourceGroupName, location, tags, resourceName: fullName(network, name, "keys") },
      parent,
    );
    const credential = createCredential();
    const vault = createVault();
    const right = grantRole(
      `${name}-keys-reader`,
      { principalId: identity.principalId, role: KEY_VAULT_SECRETS_USER, scope: vault.id },
      parent,
    );
    this.inNamespace = inNamespace;
    this.registerOutputs({ vaultName: vault.name });

    function createCredential() {
      return new managedidentity.FederatedIdentityCredential(
        `${name}-keys-credential`,
        {
          resourceGroupName,
          resourceName: identity.name,
          federatedIdentityCredentialResourceName: VALIDATORS_SERVICE_ACCOUNT,
          issuer: args.issuerUrl,
          subject: `system:serviceaccount:${fullName(network, name)}:${VALIDATORS_SERVICE_ACCOUNT}`,
          // https://learn.microsoft.com/azure/aks/workload-identity-overview
          audiences: ["api://AzureADTokenExchange"],
        },
        parent,
      );
    }

    function createVault() {
      return new keyvault.Vault(
        `${name}-vault`,
        {
          resourceGroupName,
          vaultName: pulumi
            .output(args.firstValidator)
            .apply((address) => vaultName({ network, region: name, address })),
          location,
          tags,
          properties: {
            tenantId,
            sku: { family: "A", name: "standard" },
            enableRbacAuthorization: true,
            enableSoftDelete: true,
            softDeleteRetentionInDays: 90,
            enablePurgeProtection: true,
            networkAcls: networkRules(args),
          },
        },
        parent,
      );
    }

    function inNamespace(
      region: string,
      namespace: BesuNamespace,
      inCluster: pulumi.CustomResourceOptions,
    ): NamespaceKeys {
      return { serviceAccountName: createValidatorsServiceAccount(region, namespace, inCluster), store };
    }

    function store(key: ValidatorKeyArgs, inPod: pulumi.CustomResourceOptions) {
      const secretName = pulumi.unsecret(
        pulumi
          .output(key.privateKey)
          .apply((privateKey) =>
            vaultSecretName(key.objectName, privateKeyToAddress(privateKey).toLowerCase() as Address),
          ),
      );
      const secret = new keyvault.Secret(
        `${key.name}-key`,
        {
          resourceGroupName,
          vaultName: vault.name,
          secretName,
          tags,
          properties: { value: key.privateKey, contentType: "secp256k1 private key of a validator" },
        },
        // Azure Resource Manager deletes no secrets. The plugin would delete this one with rights on the vault's data, from an
        // address that the vault admits. A removed validator's key stays in the vault, and goes with the vault.
        { ...parent, deletedWith: vault, retainOnDelete: true },
      );
      const { volume, dependsOn } = mountByDriver(
        key,
        {
          provider: "azure",
          // https://azure.github.io/secrets-store-csi-driver-provider-azure/docs/configurations/identity-access-modes/workload-identity-mode/
          parameters: {
            clientID: identity.clientId,
            tenantId,
            keyvaultName: vault.name,
            objects: secret.name.apply(mountedObjects),
          },
        },
        inPod,
      );
      return { volume, dependsOn: [...dependsOn, secret, right, credential] };
    }
  }
}

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles/security#key-vault-secrets-user */
const KEY_VAULT_SECRETS_USER = "4633458b-17de-408a-b874-0445c86b69e6";

/** What the driver mounts: one secret, as the file {@link KEY_ENTRY}. The list is YAML within YAML. */
function mountedObjects(secretName: string): string {
  return [
    "array:",
    "  - |",
    `    objectName: ${secretName}`,
    "    objectType: secret",
    `    objectAlias: ${KEY_ENTRY}`,
    "",
  ].join("\n");
}

/** Whoever may reach the API of the region's cluster may reach the vault, too; rights are needed in both cases. */
function networkRules({ validatorsSubnetId, privateApi, apiAllowedCidrs }: AzureKeyVaultArgs) {
  return {
    bypass: "None",
    defaultAction: !privateApi && apiAllowedCidrs.length === 0 ? "Allow" : "Deny",
    virtualNetworkRules: [{ id: validatorsSubnetId }],
    ipRules: privateApi ? [] : apiAllowedCidrs.map((value) => ({ value })),
  };
}
