import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import { z } from "zod";
import type { RegionAccess } from "../../components/besu/nodes/node-connections";
import { type ShardName, shardStackName } from "../config/written/shard-name";
import { validatorsAmong } from "./held-regions";

/*
 * What the stacks of one network read of each other's outputs while their programs run. A stack reference is a resource, whose
 * failure ends the program, and a stack may not exist yet. These are questions to the engine, whose answers may be "no".
 */

/** The names of the outputs of a region's stack. */
export const REGION_OUTPUTS = {
  /** The validators' addresses, among others. */
  regions: "regions",
  /** How the region's nodes are reached, by the region's name. May be secret. */
  access: "access",
  /** What the region's nodes run, by the region's name. Absent if the last run did not finish all of them. */
  revisions: "revisions",
} as const;

/** The nodes of a region, as the stack of the region had them after its last run. */
export interface RegionNodesOutputs {
  readonly validators: readonly Address[];
  /** Undefined if the last run did not finish the cluster. */
  readonly access: RegionAccess | undefined;
  /** Undefined if the last run did not finish all nodes. */
  readonly revision: string | undefined;
}

const regionOutputs = z.object({
  regions: z.array(z.object({ name: z.string(), validators: z.array(z.string()).optional() })).optional(),
  access: z
    .record(
      z.string(),
      z.object({
        kubeconfig: z.string().optional(),
        namespace: z.string().optional(),
        context: z.string().optional(),
      }),
    )
    .optional(),
  revisions: z.record(z.string(), z.string()).optional(),
});

/**
 * Reads the outputs of the stack of a region. They may hold credentials: whoever passes them on marks them as secret.
 *
 * @returns undefined if there is no such stack.
 * @throws Error if the backend does not answer.
 */
export async function readRegionNodes(name: ShardName): Promise<RegionNodesOutputs | undefined> {
  const outputs = await readOutputs(shardStackName(name));
  return outputs === undefined ? undefined : regionNodesIn(outputs, name.region);
}

/** What the outputs of a region's stack say about its nodes. What they lack is undefined. Pure. */
export function regionNodesIn(
  outputs: Readonly<Record<string, unknown>>,
  region: string,
): RegionNodesOutputs {
  const { data = {} } = regionOutputs.safeParse(outputs);
  const { kubeconfig, namespace, context } = data.access?.[region] ?? {};
  const described = data.regions?.find(({ name }) => name === region);
  return {
    validators: (described?.validators ?? []) as Address[],
    access:
      kubeconfig === undefined || namespace === undefined
        ? undefined
        : { kubeconfig, namespace, ...(context === undefined ? {} : { context }) },
    revision: data.revisions?.[region],
  };
}

/** Reads the outputs of a stack of this project. Undefined if there is no such stack. */
export async function readOutputs(stack: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  const answer = await ask("pulumi:pulumi:readStackOutputs", { name: fullStackName(stack) });
  return answer?.outputs;
}

/**
 * The number of a region's validators of which the stack of the region has resources.
 *
 * @returns undefined if the stack has no resources, or does not exist.
 * @throws Error if the backend does not answer.
 */
export async function validatorsInStack(name: ShardName): Promise<number | undefined> {
  const answer = await ask("pulumi:pulumi:readStackResourceOutputs", {
    stackName: fullStackName(shardStackName(name)),
  });
  const names = Object.keys(answer?.outputs ?? {})
    .map((urn) => urn.split("::"))
    .filter(([, , type = ""]) => !/^pulumi:(pulumi|providers):/.test(type))
    .map((parts) => parts.slice(3).join("::"));
  return validatorsAmong(name.region, names);
}

function fullStackName(stack: string): string {
  return `${pulumi.getOrganization()}/${pulumi.getProject()}/${stack}`;
}

interface StackAnswer {
  readonly outputs?: Readonly<Record<string, unknown>>;
}

async function ask(token: string, args: pulumi.Inputs): Promise<StackAnswer | undefined> {
  try {
    return (await pulumi.runtime.invoke(token, args)) as StackAnswer;
  } catch (error) {
    if (/unknown stack/.test((error as Error).message)) {
      return undefined;
    }
    throw error;
  }
}
