import { z } from "zod";
import { FEWEST_VALIDATORS } from "../../components/besu/quorum";
import { parseImage } from "../../components/besu/release/image";
import { NEWEST_KNOWN_RELEASE, parseRelease } from "../../components/besu/release/release";
import { DEFAULT_BLOCK_PERIOD_SECONDS } from "./across/health-gate";
import { contractsSchema } from "./contracts/contracts-schema";
import { addressSchema } from "./fields/address";
import { besuRules } from "./fields/besu";
import { KEY_STORES } from "./fields/key-store";
import { monitoringSchema } from "./fields/monitoring";
import { policiesSchema } from "./fields/policies";
import { cpuSchema, memorySchema, volumeSchema } from "./fields/quantity";
import { nameSchema, regionSchema } from "./fields/region";
import { repeatedKeys } from "./fields/repeated-keys";
import { rules } from "./fields/rules";
import { rollingSchema } from "./rolling/rolling-schema";
import { storageSchema } from "./storage/storage-schema";

/**
 * The one schema of a stack's config: everything that `Pulumi.<stack>.yaml` may contain under `chainfleet:`. It checks
 * the config and fills in the defaults, and docs/config.md is generated from it.
 */

/** The largest chain id that wallets accept: (2^53 − 1 − 36) / 2, see https://github.com/MetaMask/core (controller-utils, MAX_SAFE_CHAIN_ID). */
const LARGEST_CHAIN_ID = 4_503_599_627_370_476;

/** The chain id of a network whose config does not set it. */
export const DEFAULT_CHAIN_ID = 138;

const positive = z.int("must be a whole number").min(1, "must be at least 1");

/** The chain, as its genesis block defines it. Every value but `name` is fixed once the chain runs. */
const networkSchema = z
  .strictObject({
    name: nameSchema
      .default("chain138")
      .describe("The name of the network. Every resource name in the clouds begins with it."),
    chainId: z
      .int("must be a whole number")
      .min(1, "must be at least 1")
      .max(LARGEST_CHAIN_ID, `must be at most ${LARGEST_CHAIN_ID}, the largest chain id that wallets accept`)
      .default(DEFAULT_CHAIN_ID)
      .describe("The EIP-155 chain id. It is written into the genesis block."),
    blockPeriodSeconds: positive
      .default(DEFAULT_BLOCK_PERIOD_SECONDS)
      .describe("The number of seconds between two blocks. It is written into the genesis block."),
    requestTimeoutSeconds: positive
      .optional()
      .describe(
        "The number of seconds after which the validators give up a QBFT round. It is written into the genesis block. Default: twice the block period.",
      ),
    epochLength: positive
      .default(30_000)
      .describe(
        "The number of blocks after which pending votes on validators are discarded. It is written into the genesis block.",
      ),
    validatorSelection: z
      .enum(["blockheader", "contract"], 'must be "blockheader" or "contract"')
      .default("blockheader")
      .describe(
        "What selects the validators: `blockheader` is votes in the headers of blocks, `contract` is the contract `contracts/src/network/ValidatorSelection.sol` at 0x0000000000000000000000000000000000007777, to which the validators send their votes. `contract` needs the validators' keys in Secrets of the clusters. It is written into the genesis block. See docs/runbook.md.",
      ),
    gasLimit: positive
      .default(30_000_000)
      .describe("The gas limit of a block. It is written into the genesis block."),
    alloc: z
      .record(addressSchema, z.string().regex(/^\d{1,30}$/, "must be an amount of wei as decimal text"))
      .check(
        rules((alloc) =>
          repeatedKeys(alloc, (address) => address.toLowerCase()).map(({ key, first }) => ({
            field: [key],
            problem: `is the address ${first} again, in another spelling; name each account once`,
          })),
        ),
      )
      .default({})
      .describe(
        "The wei that accounts own in the genesis block, by address; each amount is text. It is written into the genesis block. An account that sends transactions needs no ether for gas, which is free; ether that the genesis does not create never exists.",
      ),
    deterministicDeployer: z
      .boolean("must be true or false")
      .default(true)
      .describe(
        "Whether the genesis block contains the deterministic deployer, 0x4e59b44847b379578588920ca78fbf26c0b4956c, through which contracts get addresses that are known in advance. On a chain without it, an account with 0.01 ether must pay for its transaction first. It is written into the genesis block.",
      ),
  })
  .transform(({ requestTimeoutSeconds, ...fields }) => ({
    ...fields,
    requestTimeoutSeconds: requestTimeoutSeconds ?? 2 * fields.blockPeriodSeconds,
  }));

const nameOfNamespace = z
  .string()
  .max(63, "must have at most 63 characters")
  .regex(/^[a-z0-9]([a-z0-9-]*[a-z0-9])?$/, "must be the name of a Kubernetes namespace");

const nodeSchema = (cpu: string, memory: string, storage: string) =>
  z
    .strictObject({
      cpu: cpuSchema.prefault(cpu).describe("The CPU request and limit."),
      memory: memorySchema
        .prefault(memory)
        .describe("The memory request and limit. Besu's heap takes half of the memory."),
      storage: volumeSchema.prefault(storage).describe("The size of the data volume."),
    })
    .prefault({});

/** How Besu runs. */
const besuSchema = z
  .strictObject({
    image: z
      .string()
      .refine((text) => {
        const image = parseImage(text);
        return image !== undefined && (image.tag ?? image.digest) !== undefined;
      }, "must name a tag or a digest, and not the repository alone")
      .default(`hyperledger/besu:${NEWEST_KNOWN_RELEASE}`)
      .describe(
        "The Besu image, with a tag or a digest. Running validators change their release one after another; a change that they would not survive is refused.",
      ),
    release: z
      .string()
      .refine((text) => parseRelease(text) !== undefined, 'must be a release, such as "26.9.0"')
      .optional()
      .describe(
        "The Besu release in the image. Required if the tag of the image is no release. Default: the tag.",
      ),
    options: z
      .record(
        z.string(),
        z.union([z.string(), z.number(), z.boolean()], "must be text, a number, true or false"),
      )
      .default({})
      .describe(
        "Further options of Besu for all nodes, by name without the leading dashes. Options that the release does not have, and options that the program sets, are refused.",
      ),
    validator: nodeSchema("1", "4Gi", "100Gi").describe("The resources of each validator."),
    rpc: nodeSchema("1", "4Gi", "100Gi").describe("The resources of each RPC node."),
    rpcHosts: z
      .array(z.string())
      .default([])
      .describe("Host names under which the RPC nodes answer, in addition to the names of their Service."),
    reclaimPolicy: z
      .enum(["Retain", "Delete"])
      .default("Retain")
      .describe(
        "Whether the cloud keeps a validator's disk when the volume claim of the disk is deleted, for example by `pulumi destroy`. It is fixed once the network exists.",
      ),
    keyStore: z
      .enum(KEY_STORES)
      .default("kubernetes")
      .describe(
        "Where the validators' private keys are kept: `kubernetes` is Secrets of each region's cluster, `cloud` the store that the region's cloud has: a Key Vault on Azure, Secrets Manager on AWS. A region on a cluster of your own has no such store and says `keyStore: kubernetes`. See docs/keys.md.",
      ),
    monitoringNamespaces: z
      .array(nameOfNamespace)
      .default(["monitoring"])
      .describe(
        "The namespaces whose pods may scrape the metrics of the nodes, port 9545. Namespaces that do not exist open nothing.",
      ),
  })
  .check(rules(besuRules));

/** The governor of the requests to the clouds. */
const rateGovernorSchema = z.strictObject({
  enabled: z
    .boolean("must be true or false")
    .default(true)
    .describe(
      "Whether operations wait until the rate limits of their cloud admit them. Without the wait, clouds refuse requests (HTTP status 429), which are then repeated.",
    ),
  refillFactor: z
    .number()
    .min(0.01, "must be at least 0.01")
    .max(1000, "must be at most 1000")
    .default(1)
    .describe(
      "The refill rate of the accounts' limits as a multiple of the published rate. Above 1 for accounts whose limits were raised; below 1 leaves the rest to others who share the account.",
    ),
});

/** The check of the whole network's health after its nodes are there. */
const healthGateSchema = z.strictObject({
  timeoutSeconds: positive
    .optional()
    .describe(
      "The seconds after which a network that is not healthy fails the run. Default: 600, or the time of 3 blocks for each validator if that is longer, because on a new chain each validator must have had its turn.",
    ),
  missingPeers: z
    .record(z.string(), z.int("must be a whole number").min(0, "must be at least 0"))
    .default({})
    .describe(
      "The number of peers that each node of a region may lack, by the name of the region, where a firewall or a limit keeps nodes from reaching all others. Default: 0, so that each validator has a connection to every other node.",
    ),
});

/** Everything under `chainfleet:` in a stack's config. */
export const configSchema = z.strictObject({
  stack: z
    .enum(["network", "contracts", "rolling", "storage", "full"])
    .default("network")
    .describe(
      "The stack that this config deploys. `network` is the network, `contracts` is contracts on existing chains, `rolling` is a release to Auto Scaling Groups, `storage` is performance tests of pools of storage, and `full` is network, contracts and, where the config has it, the release in one graph.",
    ),
  sharding: z
    .enum(["none", "region"])
    .default("none")
    .describe(
      "`region` gives each region a stack of its own, named `<stack>.<region>`, with the region's cluster and nodes. This stack keeps what regions share: networks, addresses, keys, the genesis, contracts. `chainfleet shard` moves the regions of an existing stack, see docs/sharding.md. `none` keeps everything in this stack.",
    ),
  network: networkSchema.prefault({}).describe("The chain."),
  besu: besuSchema.prefault({}).describe("The Besu nodes."),
  regions: z
    .array(regionSchema)
    .default([])
    .describe(
      `The regions of the network. Together they must have at least ${FEWEST_VALIDATORS} validators.`,
    ),
  rateGovernor: rateGovernorSchema
    .prefault({})
    .describe("Keeps the requests of a deployment within the rate limits of the clouds."),
  rollout: z
    .array(positive)
    .min(1, "must have at least one wave")
    .optional()
    .describe(
      "The number of regions in each wave of the deployment, in the order of the regions, for example `[8, 16]`. The clusters and nodes of a wave wait until all nodes of the wave before are ready; a wave that fails stops the next. Networks, addresses and keys of all waves come first, because every validator's list of peers names the addresses of all. The numbers must add up to the number of regions. Default: all regions at once.",
    ),
  healthGate: healthGateSchema
    .optional()
    .describe(
      "Lets the run wait until the network is healthy: every node has the same genesis block, its peers and a head that moves, and every validator with a vote has proposed a block within the last 2N. Contracts on the network's own chain, the one with the network's chain id, wait for it; contracts on other chains do not. A network that does not become healthy fails the run. Needs the right to forward ports to the nodes' pods. `{}` takes all defaults. Default: no check.",
    ),
  contracts: contractsSchema
    .optional()
    .describe("Contracts on one or several chains. The stacks `contracts` and `full` require this key."),
  rolling: rollingSchema
    .optional()
    .describe("A release to Auto Scaling Groups. The stack `rolling` requires this key."),
  storage: storageSchema
    .optional()
    .describe("Performance tests of pools of storage. The stack `storage` requires this key."),
  monitoring: monitoringSchema
    .optional()
    .describe(
      "Prometheus, Alertmanager, Grafana and Loki in each region, see docs/monitoring.md. An empty object, `{}`, takes all defaults. Default: no monitoring.",
    ),
  policies: policiesSchema.describe(
    "Rules for the resources of the stack, see docs/policies.md. They are looked at in every preview and `up`.",
  ),
  keys: z
    .record(
      z.string(),
      z.string().regex(/^0x[0-9a-fA-F]{64}$/, "must be a private key: 0x and 64 hex digits"),
    )
    .default({})
    .describe(
      "Private keys by name. Set each key as a secret: `pulumi config set --secret --path chainfleet:keys.<name>`. Keys in plain text are refused.",
    ),
});

export type Config = z.infer<typeof configSchema>;
export type RegionConfig = Config["regions"][number];
