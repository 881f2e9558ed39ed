import { z } from "zod";
import { PRINCIPAL_ARN } from "../../../components/cluster/principal-arn";
import { DEFAULT_KUBERNETES_VERSION } from "../../../components/cluster/versions";
import { findLocation, type LocatedCloud, locations } from "../../../components/region/locations";
import { LONGEST_REGION_PREFIX, parseCidr } from "../../../components/region/plan";
import { suggestion } from "../../../components/suggestion";
import { KEY_STORES_OF_REGION } from "./key-store";
import { type BrokenRule, rules, type Unchecked } from "./rules";

/** The part of the config's schema under `chainfleet:regions`. */

/** The number of validators in a region whose config does not set it. */
export const DEFAULT_VALIDATORS = 2;

/** The number of RPC nodes in a region whose config does not set it. */
export const DEFAULT_RPC_NODES = 1;

/** The location of a region: the location in the region's config, or else the region's name. */
export function locationOf<Name, Location>(name: Name, location: Location | undefined): Name | Location {
  return location ?? name;
}

/** The form of a Kubernetes minor version. */
export const MINOR_VERSION = /^1\.\d{2}$/;

/** The name of a region or of the network, which is part of resource names. */
export const nameSchema = z
  .string()
  .max(20, "must have at most 20 characters")
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    "must consist of lower-case letters, digits and dashes, begin with a letter and not end with a dash",
  );
const count = z.int("must be a whole number").min(0, "must not be negative").max(100, "must be at most 100");
const cidrBlock = z
  .string()
  .refine(
    (text) => parseCidr(text) !== undefined,
    'must be an IPv4 block without host bits, such as "10.9.0.0/16"',
  );
const regionCidr = cidrBlock.refine((text) => {
  const cidr = parseCidr(text);
  return cidr === undefined || (cidr.subnetMask >= 16 && cidr.subnetMask <= LONGEST_REGION_PREFIX);
}, `must be between /16 and /${LONGEST_REGION_PREFIX}`);

const fieldsOfEveryRegion = {
  name: nameSchema.describe(
    "The name of the region in this stack. It is part of resource names, and appears in the outputs and in the summary of a run.",
  ),
  validators: count.default(DEFAULT_VALIDATORS).describe("The number of validators in this region."),
  rpcNodes: count
    .default(DEFAULT_RPC_NODES)
    .describe("The number of RPC nodes in this region. RPC nodes do not take part in consensus."),
};
const fieldsOfCloudRegion = {
  ...fieldsOfEveryRegion,
  location: z
    .string()
    .optional()
    .describe("The cloud's name of the location. Default: the name of the region."),
  cidr: regionCidr
    .optional()
    .describe(
      "The address space of the region, from /16 to /20. Default: a /16 in 10.0.0.0/8 that is reserved for the location.",
    ),
  kubernetesVersion: z
    .string()
    .regex(MINOR_VERSION, 'must be a minor version, such as "1.35"')
    .default(DEFAULT_KUBERNETES_VERSION)
    .describe(
      "The Kubernetes minor version of the cluster. A new cluster cannot have a version whose standard support has ended. A cluster is upgraded by one minor version at a time.",
    ),
  privateApi: z
    .boolean()
    .default(false)
    .describe(
      "Keeps the cluster's API off the Internet. The machine that runs the deployment must then be able to reach the region's network.",
    ),
  apiAllowedCidrs: z
    .array(cidrBlock)
    .default([])
    .describe(
      "The IPv4 blocks that may reach the API of a public cluster. If the list is empty, every address may reach it; credentials are required in any case.",
    ),
};

const onlySecrets = z
  .enum(KEY_STORES_OF_REGION.kubernetes)
  .optional()
  .describe(
    "Where the validators' private keys of this region are kept: `kubernetes` is Secrets of the cluster. Say so where `besu.keyStore` is `cloud`.",
  );

/** A region on Azure, with an AKS cluster. */
const azure = z
  .strictObject({
    cloud: z.literal("azure"),
    ...fieldsOfCloudRegion,
    subscription: z
      .uuid("must be the id of a subscription, a UUID")
      .optional()
      .describe(
        "The id of the Azure subscription of the region. Quotas and rate limits are those of the subscription, so regions in several subscriptions have more of both. It is fixed once the region exists. Default: the subscription in `azure-native:subscriptionId`, or else that of the credentials.",
      ),
    systemVmSize: z
      .string()
      .default("Standard_D4s_v5")
      .describe("The VM size of the system node pool, which also runs the RPC nodes."),
    validatorVmSize: z
      .string()
      .default("Standard_D4s_v5")
      .describe("The VM size of the node pools of the validators."),
    keyStore: z
      .enum(KEY_STORES_OF_REGION.azure)
      .optional()
      .describe(
        "Where the validators' private keys of this region are kept: `kubernetes` is Secrets of the cluster, `keyVault` an Azure Key Vault of the region, see docs/keys.md. It is fixed once the region has validators. Default: what `besu.keyStore` says.",
      ),
  })
  .check(rules((region) => unknownLocation("azure", region)))
  .transform((region) => ({ ...region, location: locationOf(region.name, region.location) }));

/** A region on AWS, with an EKS cluster. */
const aws = z
  .strictObject({
    cloud: z.literal("aws"),
    ...fieldsOfCloudRegion,
    profile: z
      .string()
      .min(1, "must not be empty")
      .optional()
      .describe(
        "The profile in the AWS config file of the machine whose account the region is in. Quotas and rate limits are those of the account, so regions in several accounts have more of both. The account is fixed once the region exists. Default: the credentials that the AWS SDK finds, for example `AWS_PROFILE`.",
      ),
    systemInstanceType: z
      .string()
      .default("m6i.xlarge")
      .describe("The instance type of the system node group, which also runs the RPC nodes."),
    validatorInstanceType: z
      .string()
      .default("m6i.xlarge")
      .describe("The instance type of the node groups of the validators."),
    clusterAdmins: z
      .array(
        z
          .string()
          .regex(
            PRINCIPAL_ARN,
            'must be the ARN of an IAM user or role, such as "arn:aws:iam::123456789012:role/deployer"; the session of a role has no rights of its own',
          ),
      )
      .refine(
        (arns) => new Set(arns).size === arns.length,
        "must name each user and role once, because each gets one access entry",
      )
      .default([])
      .describe(
        "The ARNs of the IAM users and roles that may administer the cluster's Kubernetes API. If the list is empty, only whoever ran `up` last may. If several people or a CI system run `up`, list all of them.",
      ),
    keyStore: z
      .enum(KEY_STORES_OF_REGION.aws)
      .optional()
      .describe(
        "Where the validators' private keys of this region are kept: `kubernetes` is Secrets of the cluster, `secretsManager` AWS Secrets Manager, see docs/keys.md. It is fixed once the region has validators. Default: what `besu.keyStore` says.",
      ),
  })
  .check(rules((region) => unknownLocation("aws", region)))
  .transform((region) => ({ ...region, location: locationOf(region.name, region.location) }));

function unknownLocation(
  cloud: LocatedCloud,
  region: Unchecked<{ name: string; location?: string | undefined }>,
): BrokenRule[] {
  const location = locationOf(region.name, region.location);
  if (typeof location !== "string" || findLocation(cloud, location) !== undefined) {
    return [];
  }
  const names = locations(cloud).map((known) => known.name);
  return [
    {
      // Without the key, the location is the region's name.
      field: region.location === undefined ? "name" : "location",
      problem: `is "${location}", which is no location of ${cloud}${suggestion(location, names)}`,
    },
  ];
}

/** A region on an existing Kubernetes cluster. */
const kubernetes = z
  .strictObject({
    cloud: z.literal("kubernetes"),
    ...fieldsOfEveryRegion,
    kubeconfig: z
      .string()
      .describe(
        "The path of the kubeconfig file: absolute, relative to the folder of the project, or from the home folder, `~/.kube/config`.",
      ),
    context: z
      .string()
      .optional()
      .describe("The context in the kubeconfig file. Default: the current context of the file."),
    storageClass: z
      .string()
      .optional()
      .describe("The storage class of the nodes' volumes. Default: the default class of the cluster."),
    p2pAddresses: z
      .array(z.ipv4("must be an IPv4 address"))
      .optional()
      .describe(
        "The addresses at which the other regions reach the P2P ports of the validators, one address for each validator. Without this list, a validator is reached at the cluster IP of its Service, which works only if this region is the only one of the network.",
      ),
    keyStore: onlySecrets,
  })
  .check(rules(wrongNumberOfAddresses));

function wrongNumberOfAddresses({
  validators,
  p2pAddresses,
}: Unchecked<{ validators: number; p2pAddresses?: readonly string[] | undefined }>): BrokenRule[] {
  return typeof validators === "number" &&
    validators > 0 &&
    Array.isArray(p2pAddresses) &&
    p2pAddresses.length !== validators
    ? [{ field: "p2pAddresses", problem: addressesProblem(p2pAddresses.length, validators) }]
    : [];
}

/** The problem of a region whose number of P2P addresses is not its number of validators. */
export function addressesProblem(addresses: number, validators: number): string {
  return `has ${addresses} addresses for ${validators} validators; the other regions need one address for each validator`;
}

/** One region of the network. */
export const regionSchema = z.discriminatedUnion("cloud", [azure, aws, kubernetes]);
