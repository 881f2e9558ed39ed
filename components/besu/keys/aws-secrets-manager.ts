import * as eks from "@pulumi/aws/eks";
import * as iam from "@pulumi/aws/iam";
import type { Provider } from "@pulumi/aws/provider";
import * as secretsmanager from "@pulumi/aws/secretsmanager";
import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { privateKeyToAddress } from "viem/accounts";
import { podTrust } from "../../cluster/eks-policies";
import { fullName, nameTag } from "../../naming";
import type { BesuNamespace } from "../namespace";
import { KEY_ENTRY } from "./key-secret";
import type { KeyStore, NamespaceKeys, ValidatorKeyArgs } from "./key-store";
import { mountByDriver } from "./secret-provider-class";
import { readerPolicy, secretsManagerName } from "./secrets-manager-documents";
import { createValidatorsServiceAccount, VALIDATORS_SERVICE_ACCOUNT } from "./service-account";

/** The arguments of the secrets of a region. */
export interface AwsSecretsManagerArgs {
  /** Name of the network. @example "chain138" */
  readonly network: string;
  /** AWS region. @example "eu-west-1" */
  readonly location: string;
  /** The provider of the location. */
  readonly provider: Provider;
  /** The name of the region's cluster. */
  readonly clusterName: pulumi.Input<string>;
  /** What mounts secrets into the pods of the cluster. A SecretProviderClass cannot exist before. */
  readonly secretsDriver: readonly pulumi.Resource[];
}

/**
 * The validators' keys of an AWS region in Secrets Manager, from which the Secrets Store CSI driver mounts each key into its
 * validator's pod with the pod's EKS Pod Identity.
 *
 * ```
 * secret of each validator ─┬─ value ─────────────────────────────┐
 *                           └─ right to read ┐                    ├─ SecretProviderClass of each validator
 *                                       role ┴─ association ──────┤
 *                                    ServiceAccount of validators ┘
 * ```
 *
 * Secrets Manager encrypts with the account's key `aws/secretsmanager`, which needs no rights beside those on the secret:
 * https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html. A deleted secret stays for 30 days.
 */
export class AwsSecretsManager extends pulumi.ComponentResource implements KeyStore {
  readonly inNamespace: KeyStore["inNamespace"];

  constructor(name: string, args: AwsSecretsManagerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:besu:AwsSecretsManager", `${name}-keys`, {}, opts);
    const { network, location } = args;
    const options = { parent: this, provider: args.provider };
    const ofValidators = {
      cluster: fullName(network, name),
      namespace: fullName(network, name),
      serviceAccount: VALIDATORS_SERVICE_ACCOUNT,
    };

    const role = new iam.Role(
      `${name}-keys-role`,
      { name: fullName(network, name, "keys"), assumeRolePolicy: podTrust(ofValidators) },
      options,
    );
    const association = new eks.PodIdentityAssociation(
      `${name}-keys-association`,
      {
        clusterName: args.clusterName,
        namespace: ofValidators.namespace,
        serviceAccount: VALIDATORS_SERVICE_ACCOUNT,
        roleArn: role.arn,
        tags: nameTag(fullName(network, name, "keys")),
      },
      options,
    );
    this.inNamespace = inNamespace;
    this.registerOutputs({ roleName: role.name });

    function inNamespace(
      region: string,
      namespace: BesuNamespace,
      inCluster: pulumi.CustomResourceOptions,
    ): NamespaceKeys {
      return { serviceAccountName: createValidatorsServiceAccount(region, namespace, inCluster), store };
    }

    function store(key: ValidatorKeyArgs, inPod: pulumi.CustomResourceOptions) {
      const secret = createSecret(key);
      const value = new secretsmanager.SecretVersion(
        `${key.name}-key-value`,
        { secretId: secret.id, secretString: key.privateKey },
        // AWS deletes no version, and all of them with the secret.
        { ...options, deletedWith: secret },
      );
      // A policy for each secret: the right of a validator that leaves is deleted after the validator, and not before.
      const right = new iam.RolePolicy(
        `${key.name}-key-reader`,
        { role: role.name, name: key.objectName, policy: secret.arn.apply(readerPolicy) },
        options,
      );
      const { volume, dependsOn } = mountByDriver(
        key,
        {
          provider: "aws",
          // https://github.com/aws/secrets-store-csi-driver-provider-aws#secretproviderclass-options
          parameters: {
            region: location,
            usePodIdentity: "true",
            objects: secret.arn.apply(mountedObjects),
          },
        },
        { ...inPod, dependsOn: [...args.secretsDriver] },
      );
      return { volume, dependsOn: [...dependsOn, value, right, association] };
    }

    function createSecret({ name: validator, objectName, privateKey }: ValidatorKeyArgs) {
      const secretName = pulumi.unsecret(
        pulumi.output(privateKey).apply((key) =>
          secretsManagerName({
            network,
            region: name,
            objectName,
            address: privateKeyToAddress(key).toLowerCase() as Address,
          }),
        ),
      );
      return new secretsmanager.Secret(
        `${validator}-key`,
        {
          name: secretName,
          description: "secp256k1 private key of a validator",
          recoveryWindowInDays: LONGEST_RECOVERY_WINDOW,
          // AWS adds six characters of its own to the ARN. The tag makes a secret whose creation was interrupted findable.
          tags: secretName.apply(nameTag),
        },
        options,
      );
    }
  }
}

/** Days: https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html */
const LONGEST_RECOVERY_WINDOW = 30;

/** What the driver mounts: one secret, as the file {@link KEY_ENTRY}. The list is YAML. */
function mountedObjects(secretArn: string): string {
  return [
    `- objectName: ${secretArn}`,
    "  objectType: secretsmanager",
    `  objectAlias: ${KEY_ENTRY}`,
    "",
  ].join("\n");
}
