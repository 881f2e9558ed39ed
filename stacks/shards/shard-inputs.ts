import * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { z } from "zod";
import { ChainfleetError } from "../../components/error";
import type { AlertReceiver } from "../../components/monitoring/alertmanager/alertmanager-config";
import { type ShardName, shardStackName } from "../config/written/shard-name";

/**
 * What the stack of a region knows of the network's stack: the outputs of the network's stack, which `network` writes and
 * `readShardInputs` reads. Only the keys are secret.
 */

const address = z.string().regex(/^0x[0-9a-f]{40}$/);
const armId = z.string().startsWith("/subscriptions/");

/** The fixed address of a validator's P2P port. */
const endpointSchema = z.object({
  address: z.ipv4(),
  zone: z.string().optional(),
  annotations: z.record(z.string(), z.string()),
  loadBalancerIP: z.string().optional(),
});

const fieldsOfEveryRegion = {
  p2pEndpoints: z.array(endpointSchema),
  /** The addresses of the region's validators, in the order of the endpoints. */
  validators: z.array(address),
  /** The machines for validators, if there are more of them than validators. */
  machines: z.int().optional(),
};

const azure = z.object({
  cloud: z.literal("azure"),
  ...fieldsOfEveryRegion,
  resourceGroupName: z.string(),
  systemSubnetId: armId,
  validatorsSubnetId: armId,
  /** Absent in the outputs of a run from before the pools of validators were divided by zones. */
  validatorZones: z.array(z.string()).default([]),
  clusterIdentityId: armId,
  diskGroupName: z.string(),
});

const aws = z.object({
  cloud: z.literal("aws"),
  ...fieldsOfEveryRegion,
  securityGroupId: z.string(),
  zones: z.array(
    z.object({
      zone: z.string(),
      publicSubnetId: z.string(),
      privateSubnetId: z.string(),
      validators: z.int(),
    }),
  ),
});

const kubernetes = z.object({ cloud: z.literal("kubernetes"), ...fieldsOfEveryRegion });

const regionSchema = z.discriminatedUnion("cloud", [azure, aws, kubernetes]);

const networkFilesSchema = z.object({
  /** The part of the config that the check of the network's stack has accepted: see `Chain`. */
  accepted: z.record(z.string(), z.unknown()),
  /** The content of Besu's genesis file. */
  genesis: z.string().min(1),
  /** The content of static-nodes.json. */
  staticNodes: z.string().min(1),
  /** The names of the validators in the genesis block, once votes have changed the chain's validators. */
  founders: z.array(z.string()).optional(),
});

/** What the network's stack says about a region. */
export type SharedRegion = z.infer<typeof regionSchema>;

/** What the network's stack says about the network. */
export type NetworkFiles = z.infer<typeof networkFilesSchema>;

/** The names of the outputs of the network's stack that the stacks of the regions read. */
export const SHARD_OUTPUTS = {
  /** {@link NetworkFiles} */
  files: "networkFiles",
  /** {@link SharedRegion} by the region's name. */
  regions: "shards",
  /** The validators' private keys by the region's name. Secret. */
  keys: "validatorKeys",
  /** The configs of all regions of which the network's stack has something, also of those that have left the config. */
  held: "heldRegions",
  /** `Closing`. Absent if nothing needs the nodes of all regions. */
  closing: "closing",
  /** `AlertReceiver`. Secret. Absent if nobody is notified of alerts. */
  receiver: "alertReceiver",
} as const;

/** Whether the outputs of the network's stack have what the stack of a region needs. The keys may be encrypted. */
export function hasSharedInputs(outputs: Readonly<Record<string, unknown>>, region: string): boolean {
  return (
    networkFilesSchema.safeParse(outputs[SHARD_OUTPUTS.files]).success &&
    regionSchema.safeParse(fieldOf(outputs[SHARD_OUTPUTS.regions], region)).success &&
    outputs[SHARD_OUTPUTS.keys] !== undefined
  );
}

/** What the stack of a region needs of the network's stack. */
export interface ShardInputs {
  readonly files: NetworkFiles;
  readonly region: SharedRegion;
  /** The addresses of the validators of all regions, by the region. */
  readonly validators: Readonly<Record<string, readonly Address[]>>;
  /** Secret. */
  readonly privateKeys: readonly pulumi.Output<Hex>[];
  /** Who is notified of alerts. Secret. */
  readonly receiver: AlertReceiver | undefined;
}

/**
 * Reads what the stack of a region needs of the outputs of the network's stack.
 *
 * @throws ChainfleetError `SHARD_INPUTS_MISSING` if the network's stack does not have all of it (yet).
 */
export async function readShardInputs(name: ShardName): Promise<ShardInputs> {
  const network = new pulumi.StackReference(name.parent, {
    name: `${pulumi.getOrganization()}/${pulumi.getProject()}/${name.parent}`,
  });
  const files = await network.getOutputDetails(SHARD_OUTPUTS.files);
  const regions = await network.getOutputDetails(SHARD_OUTPUTS.regions);
  const keys = await network.getOutputDetails(SHARD_OUTPUTS.keys);
  const receiver = await network.getOutputDetails(SHARD_OUTPUTS.receiver);
  return {
    ...parseShardInputs(name, { files: files.value, regions: regions.value, keys: keys.secretValue }),
    // The config of the network's stack was checked before the output was written.
    receiver: receiver.secretValue as AlertReceiver | undefined,
  };
}

/** The values of the outputs of the network's stack, unchecked. */
export interface UncheckedOutputs {
  readonly files: unknown;
  readonly regions: unknown;
  readonly keys: unknown;
}

/** @throws ChainfleetError `SHARD_INPUTS_MISSING`. The error never quotes a value, which may be a key. */
export function parseShardInputs(
  name: ShardName,
  { files, regions, keys }: UncheckedOutputs,
): Omit<ShardInputs, "receiver"> {
  const result = parsed(name, { files, regions, keys });
  if (!result.success) {
    const missing = [...new Set(result.error.issues.map(({ path }) => path.join(".")))].join(", ");
    throw new ChainfleetError({
      code: "SHARD_INPUTS_MISSING",
      summary: `The outputs of the stack "${name.parent}" do not have what the region ${name.region} needs (${missing}). No resource of the region was changed.`,
      next: `Run the stack of the network first: chainfleet up --stack ${name.parent}, or pulumi up --stack ${name.parent}. Then pulumi up --stack ${shardStackName(name)} works.`,
    });
  }
  const { data } = result;
  return {
    files: data.files,
    region: data.region,
    validators: validatorsByRegion(regions),
    privateKeys: data.keys.map((key) => pulumi.secret(key as Hex)),
  };
}

function parsed(name: ShardName, { files, regions, keys }: UncheckedOutputs) {
  return z
    .object({
      files: networkFilesSchema,
      region: regionSchema,
      keys: z.array(z.string().regex(/^0x[0-9a-f]{64}$/)),
    })
    .refine(({ region, keys: own }) => own.length === region.p2pEndpoints.length, {
      path: ["keys"],
      error: "must be as many as the endpoints",
    })
    .safeParse({
      files,
      region: fieldOf(regions, name.region),
      keys: fieldOf(keys, name.region),
    });
}

/** What another region lacks is no concern of this one. */
function validatorsByRegion(regions: unknown): Readonly<Record<string, readonly Address[]>> {
  const { data = {} } = z
    .record(
      z.string(),
      z
        .object({ validators: z.array(address) })
        .optional()
        .catch(undefined),
    )
    .safeParse(regions);
  return Object.fromEntries(
    Object.entries(data).map(([region, one]) => [region, (one?.validators ?? []) as Address[]]),
  );
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}
