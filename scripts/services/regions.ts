import type { Stack } from "@pulumi/pulumi/automation";
import pMap from "p-map";
import type { Address } from "viem";
import type { RegionAccess } from "../../components/besu/nodes/node-connections";
import type { AskedRegion } from "../../components/besu/nodes/region-nodes";
import { ChainfleetError } from "../../components/error";
import type { EngineCommand } from "../engine/command";
import { commandOn } from "../engine/local-target";
import { configuredRegions } from "../run/configured";
import { CPU_BOUND } from "../shard/cpu";
import { openNetworkStacks } from "../shard/network-stacks";

/** A region whose validators a command operates. */
export type ServiceRegion = Omit<AskedRegion, "rpcNodes">;

/** The argument that stands for every region. */
export const ALL = "all";

/**
 * The regions of a stack in the order of its config, as the outputs of the stack, or of its regions' stacks, describe them.
 *
 * @throws ChainfleetError `NETWORK_NOT_DEPLOYED` if no run has deployed a network.
 */
export async function serviceRegions(stackName: string, command: EngineCommand): Promise<ServiceRegion[]> {
  const configured = configuredRegions(stackName);
  const { network, regions } = await openNetworkStacks(
    stackName,
    configured.map(({ name }) => name),
    { command },
  );
  const stacks = [network, ...regions.map(({ stack }) => stack)];
  const outputs = await pMap(stacks, (stack) => readOutputs(stack, command), { concurrency: CPU_BOUND });
  const described = outputs.flatMap((output) => output.regions ?? []);
  const access = Object.assign({}, ...outputs.map((output) => output.access ?? {})) as Readonly<
    Record<string, Partial<RegionAccess>>
  >;
  if (described.length === 0) {
    throw new ChainfleetError({
      code: "NETWORK_NOT_DEPLOYED",
      summary: `The outputs of the stack "${stackName}" describe no region, so there are no nodes. Nothing was changed.`,
      next: `Deploy the network first: ${commandOn(stackName)} up --stack ${stackName}`,
    });
  }
  return configured.flatMap(({ name, cloud }) => {
    const region = described.find((candidate) => candidate.name === name);
    // A run that failed in the region leaves out the outputs that it did not come to.
    return region === undefined
      ? []
      : [{ name, cloud, validators: region.validators ?? [], access: completeAccess(access[name]) }];
  });
}

interface Outputs {
  readonly regions?: readonly { readonly name: string; readonly validators?: readonly Address[] }[];
  readonly access?: Readonly<Record<string, Partial<RegionAccess>>>;
}

function completeAccess(access: Partial<RegionAccess> | undefined): RegionAccess | undefined {
  const { kubeconfig, namespace, context } = access ?? {};
  return kubeconfig === undefined || namespace === undefined
    ? undefined
    : { kubeconfig, namespace, ...(context === undefined ? {} : { context }) };
}

/** The outputs with their secrets in plain text, which stay in memory. */
async function readOutputs({ name, workspace }: Stack, command: EngineCommand): Promise<Outputs> {
  const { stdout } = await command.run(
    ["stack", "output", "--json", "--show-secrets", "--stack", name],
    workspace.workDir,
    workspace.envVars,
  );
  return JSON.parse(stdout) as Outputs;
}

/**
 * The regions that a command names, in the order of the config. Pure.
 *
 * @throws ChainfleetError `REGION_UNKNOWN` if a name is none of a region with nodes.
 */
export function selectRegions<Region extends Pick<ServiceRegion, "name">>(
  named: readonly string[],
  regions: readonly Region[],
): Region[] {
  const names = regions.map(({ name }) => name);
  const unknown = named.filter((name) => name !== ALL && !names.includes(name));
  if (unknown.length > 0) {
    throw new ChainfleetError({
      code: "REGION_UNKNOWN",
      summary: `The network has no region ${unknown.join(", ")}. Nothing was changed.`,
      next: `Name "all" or some of these regions: ${names.join(", ")}.`,
    });
  }
  return regions.filter(({ name }) => named.includes(ALL) || named.includes(name));
}
