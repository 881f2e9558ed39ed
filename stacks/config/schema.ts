import { z } from "zod";
import { FEWEST_VALIDATORS } from "../../components/besu/quorum";
import { LONGEST_REGION_PREFIX, parseCidr } from "../../components/region/plan";
import { contractsSchema } from "./contracts-schema";

/**
 * The one schema of a stack's config: what `Pulumi.<stack>.yaml` may say under `chainfleet:`. It checks, fills
 * the defaults, and is where docs/config.md comes from.
 */

/** The largest chain id that wallets accept: (2^53 − 1 − 36) / 2, see https://github.com/MetaMask/core (controller-utils, MAX_SAFE_CHAIN_ID). */
const LARGEST_CHAIN_ID = 4_503_599_627_370_476;

/** Validators of a region whose config names no number. */
export const DEFAULT_VALIDATORS = 2;

/** RPC nodes of a region whose config names no number. */
export const DEFAULT_RPC_NODES = 1;

/** Chain id of a network whose config names none. */
export const DEFAULT_CHAIN_ID = 138;

const name = z
  .string()
  .max(20, "must have at most 20 characters")
  .regex(
    /^[a-z]([a-z0-9-]*[a-z0-9])?$/,
    "must be lower-case letters, digits and dashes, beginning with a letter",
  );
const count = z.int("must be a whole number").min(0, "must not be negative").max(100, "must be at most 100");
const positive = z.int("must be a whole number").min(1, "must be at least 1");
const quantity = z
  .string()
  .regex(/^\d+(\.\d+)?(m|[KMGT]i)?$/, 'must be a Kubernetes quantity, such as "500m" or "4Gi"');
const block = z
  .string()
  .refine(
    (text) => parseCidr(text) !== undefined,
    'must be an IPv4 block without host bits, such as "10.9.0.0/16"',
  );
const regionBlock = block.refine((text) => {
  const cidr = parseCidr(text);
  return cidr === undefined || (cidr.prefix >= 16 && cidr.prefix <= LONGEST_REGION_PREFIX);
}, `must be between /16 and /${LONGEST_REGION_PREFIX}`);

const common = {
  name: name.describe("The region's name in this stack: in resource names, outputs and the summary."),
  validators: count.default(DEFAULT_VALIDATORS).describe("Validators in this region."),
  rpcNodes: count.default(DEFAULT_RPC_NODES).describe("RPC nodes in this region, apart from the validators."),
};
const located = {
  ...common,
  location: z.string().optional().describe("The cloud's name of the location. Default: the region's name."),
  cidr: regionBlock
    .optional()
    .describe(
      "The region's address space, /16 to /20. Default: a /16 of 10.0.0.0/8 that belongs to the location alone.",
    ),
  kubernetesVersion: z
    .string()
    .regex(/^1\.\d{2}$/, 'must be a minor version, such as "1.34"')
    .default("1.34")
    .describe("The cluster's Kubernetes minor version."),
  privateApi: z
    .boolean()
    .default(false)
    .describe(
      "Keep the cluster's API off the Internet; the machine that runs the deployment must then reach its network.",
    ),
  apiAllowedCidrs: z
    .array(block)
    .default([])
    .describe("Who may reach a public cluster API. Empty: everyone (with credentials)."),
};

/** A region on Azure: AKS. */
const azure = z.strictObject({
  cloud: z.literal("azure"),
  ...located,
  systemVmSize: z
    .string()
    .default("Standard_D4s_v5")
    .describe("VM size of the system node pool, which also runs the RPC nodes."),
  validatorVmSize: z.string().default("Standard_D4s_v5").describe("VM size of the validator node pool."),
});

/** A region on AWS: EKS. */
const aws = z.strictObject({
  cloud: z.literal("aws"),
  ...located,
  systemInstanceType: z
    .string()
    .default("m6i.xlarge")
    .describe("Instance type of the system node group, which also runs the RPC nodes."),
  validatorInstanceType: z
    .string()
    .default("m6i.xlarge")
    .describe("Instance type of the validator node group."),
});

/** A region on a Kubernetes cluster that is there already. */
const kubernetes = z.strictObject({
  cloud: z.literal("kubernetes"),
  ...common,
  kubeconfig: z.string().describe("Path of the kubeconfig file, relative to the project."),
  context: z.string().optional().describe("The kubeconfig's context. Default: its current one."),
  storageClass: z
    .string()
    .optional()
    .describe("Storage class of the nodes' volumes. Default: the cluster's default class."),
  p2pAddresses: z
    .array(z.ipv4("must be an IPv4 address"))
    .optional()
    .describe(
      "The address of each validator's P2P port as the other regions see it, one a validator. Without it a validator is reached by its Service's cluster IP, which serves only a network of this one region.",
    ),
});

/** One region of the network. */
export const regionSchema = z.discriminatedUnion("cloud", [azure, aws, kubernetes]);

/** The chain: what its genesis block says. Only `name` may change once the chain lives, and nothing should. */
export const networkSchema = z.strictObject({
  name: name
    .default("chain138")
    .describe("The network's name, the beginning of every resource's name in the clouds."),
  chainId: z
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(LARGEST_CHAIN_ID, `must be at most ${LARGEST_CHAIN_ID}, the largest that wallets accept`)
    .default(DEFAULT_CHAIN_ID)
    .describe("EIP-155 chain id. Written into the genesis."),
  blockPeriodSeconds: positive.default(2).describe("Seconds between blocks. Written into the genesis."),
  requestTimeoutSeconds: positive
    .optional()
    .describe(
      "Seconds until a QBFT round is given up. Default: twice the block period. Written into the genesis.",
    ),
  epochLength: positive
    .default(30_000)
    .describe("Blocks after which pending validator votes are discarded. Written into the genesis."),
  gasLimit: positive.default(30_000_000).describe("Block gas limit. Written into the genesis."),
  alloc: z
    .record(
      z.string().regex(/^0x[0-9a-fA-F]{40}$/, "must be an address: 0x and 40 hex digits"),
      z.string().regex(/^\d{1,30}$/, "must be wei as a decimal string"),
    )
    .default({})
    .describe("Wei that accounts hold from the beginning, by address. Written into the genesis."),
});

const nodeSchema = (cpu: string, memory: string, storage: string) =>
  z
    .strictObject({
      cpu: quantity.default(cpu).describe("CPU request and limit."),
      memory: quantity.default(memory).describe("Memory request and limit; Besu's heap takes half of it."),
      storage: quantity.default(storage).describe("Size of the data volume."),
    })
    .prefault({});

/** How Besu runs; may change at any time. */
export const besuSchema = z.strictObject({
  image: z
    .string()
    .regex(/^[^\s:]+:[^\s:]+$|@sha256:[0-9a-f]{64}$/, "must name a tag or a digest, never only a repository")
    .default("hyperledger/besu:25.10.0")
    .describe("The Besu image, with its tag or digest."),
  validator: nodeSchema("1", "4Gi", "100Gi").describe("What a validator gets."),
  rpc: nodeSchema("1", "4Gi", "100Gi").describe("What an RPC node gets."),
  rpcHosts: z
    .array(z.string())
    .default([])
    .describe("Host names that RPC nodes answer to, beside those of their Service."),
  reclaimPolicy: z
    .enum(["Retain", "Delete"])
    .default("Retain")
    .describe(
      "Whether a validator's disk stays in the cloud when its volume claim is deleted (`pulumi destroy`).",
    ),
});

/** Everything under `chainfleet:` in a stack's config. */
export const configSchema = z.strictObject({
  stack: z
    .enum(["network", "contracts", "full"])
    .default("network")
    .describe(
      "Which stack this config deploys: the network, contracts on chains that are there, or both in one graph.",
    ),
  network: networkSchema.prefault({}).describe("The chain."),
  besu: besuSchema.prefault({}).describe("The Besu nodes."),
  regions: z
    .array(regionSchema)
    .default([])
    .describe(`The network's regions; together at least ${FEWEST_VALIDATORS} validators.`),
  contracts: contractsSchema.optional().describe("Contracts on one or several chains."),
  keys: z
    .record(
      z.string(),
      z.string().regex(/^0x[0-9a-fA-F]{64}$/, "must be a private key: 0x and 64 hex digits"),
    )
    .default({})
    .describe(
      "Private keys by name, each a secret: `pulumi config set --secret --path chainfleet:keys.<name>`. Never in plain text.",
    ),
});

export type Config = z.infer<typeof configSchema>;
export type RegionConfig = z.infer<typeof regionSchema>;
export type AzureRegionConfig = z.infer<typeof azure>;
export type AwsRegionConfig = z.infer<typeof aws>;
export type KubernetesRegionConfig = z.infer<typeof kubernetes>;
export type BesuConfig = z.infer<typeof besuSchema>;
