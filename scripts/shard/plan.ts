import { ChainfleetError } from "../../components/error";
import { shardStackName } from "../../stacks/config/written/shard-name";
import { SHARD_OUTPUTS } from "../../stacks/shards/shard-inputs";
import type { State, StateResource } from "../engine/state";
import { nameOf } from "../run/resource-names";
import { edgesOf, withEdges, withoutEdges } from "./edges";
import { inOtherStack, projectOf, STACK_TYPE, stackUrn, typeOf, urnOfProvider } from "./urn";

/**
 * The plan that moves a network's regions into stacks of their own and back. It is a pure function of the states: what it
 * writes depends on nothing that an interrupted move could have lost.
 *
 * The mark in the `Chain` resource of the network's stack says where the resources of the regions are. Only the state with
 * the mark counts: until the mark is there, copies in the regions' stacks are drafts, and after it is gone they are leftovers.
 * A move writes the regions' stacks first and the mark with the network's stack last; the way back writes the network's
 * stack first. A move that is killed between two writes is therefore repeated from its beginning with the same result.
 */

/** The states before a move. */
export interface States {
  /** Name of the network's stack. */
  readonly stack: string;
  readonly network: State;
  /** By the region's name: the states of the stacks that exist. */
  readonly regions: ReadonlyMap<string, State>;
}

/** What a move writes, in this order. */
export interface Move {
  readonly writes: readonly Write[];
  /** The resources that are moved, without components and providers. */
  readonly moved: readonly { readonly region: string; readonly resources: readonly StateResource[] }[];
}

export interface Write {
  readonly stack: string;
  readonly state: State;
}

/** Whether a network has been deployed with this state. */
export function hasNetwork({ resources = [] }: State): boolean {
  return resources.some(isChain);
}

/** Whether the regions' resources are in the stacks of the regions. */
export function isMoved({ resources = [] }: State): boolean {
  return resources.some((resource) => isChain(resource) && resource.inputs?.sharding === "region");
}

/**
 * Moves the clusters and nodes of regions into the stacks of the regions.
 *
 * @param regions the regions to move. Any other region stays: the config no longer describes it, so the next run deletes it.
 * @throws ChainfleetError if a run is unfinished, or if something that stays depends on something that is moved.
 */
export function planShard({ stack, network, regions: existing }: States, regions: readonly string[]): Move {
  refuseUnfinished([{ stack, state: network }]);
  const { resources = [] } = network;
  if (isMoved(network) || !hasNetwork(network)) {
    return { writes: [], moved: [] };
  }
  const regionOf = regionsByUrn(resources, regions);
  const staying = resources.filter(({ urn }) => !regionOf.has(urn));
  refuseDependents(staying, regionOf);
  const shards = regions.map((region) => {
    const to = shardStackName({ parent: stack, region });
    const moved = resources.filter(({ urn }) => regionOf.get(urn) === region);
    const used = new Set(moved.flatMap(({ provider }) => (provider ? [urnOfProvider(provider)] : [])));
    const providers = staying.filter(({ urn }) => used.has(urn));
    const kept = new Set([...providers, ...moved].map(({ urn }) => urn));
    const content = [...providers, ...moved].map((resource) =>
      withoutEdges(resource, (urn) => kept.has(urn)),
    );
    const project = projectOf(resources[0]?.urn ?? "");
    return {
      region,
      moved,
      write: {
        stack: to,
        state: {
          ...emptied(existing.get(region) ?? network),
          // A stack without any earlier state does not say yet how its secrets are encrypted.
          secrets_providers: existing.get(region)?.["secrets_providers"] ?? network["secrets_providers"],
          resources: [
            { urn: stackUrn(to, project), custom: false, type: STACK_TYPE },
            ...inOtherStack(content, stack, to),
          ],
        },
      },
    };
  });
  const marked = staying.map((resource) =>
    isChain(resource)
      ? withSharding(resource, "region")
      : isClosing(resource)
        ? withoutEdges(resource, (urn) => !regionOf.has(urn))
        : resource,
  );
  return {
    writes: [
      ...shards.filter(({ moved }) => moved.length > 0).map(({ write }) => write),
      { stack, state: { ...network, resources: marked } },
    ],
    moved: shards.map(({ region, moved }) => ({ region, resources: moved.filter(isReal) })),
  };
}

/**
 * Moves the resources of all regions' stacks back into the stack of the network.
 *
 * An edge between a region's resource and a shared one is not in the states, as no state may name a resource of another. Each
 * resource of the region that waits for no other of the region therefore gets edges to everything that the region shares;
 * the next `up` replaces them by the exact ones.
 */
export function planUndo({ stack, network, regions }: States): Move {
  const leftovers = [...regions].map(([region, state]) => ({
    stack: shardStackName({ parent: stack, region }),
    state,
  }));
  const clearing = leftovers
    .filter(({ state }) => (state.resources ?? []).length > 0)
    .map((leftover) => ({ ...leftover, state: emptied(leftover.state) }));
  if (!isMoved(network)) {
    return { writes: clearing, moved: [] };
  }
  refuseUnfinished([{ stack, state: network }, ...leftovers]);
  const unmarked = (network.resources ?? [])
    .map(withoutShardOutputs)
    .map((resource) => (isChain(resource) ? withSharding(resource, undefined) : resource));
  const returned = [...regions].map(([region, { resources = [] }]) => {
    const own = inOtherStack(resources, shardStackName({ parent: stack, region }), stack);
    return { region, resources: returning(own, unmarked, region) };
  });
  const all = returned.flatMap(({ resources }) => resources);
  return {
    writes: [
      { stack, state: { ...network, resources: [...unmarked, ...withoutRepeated(all)] } },
      ...clearing,
    ],
    moved: returned.map(({ region, resources }) => ({ region, resources: resources.filter(isReal) })),
  };
}

/** The resources of a region's stack as the network's stack has them. */
function returning(
  own: readonly StateResource[],
  shared: readonly StateResource[],
  region: string,
): StateResource[] {
  const providers = new Map(shared.filter(isProvider).map(({ urn, id }) => [urn, id]));
  const kept = own.filter(({ urn, type }) => !OF_A_STACK.has(type) && !providers.has(urn));
  const content = new Set(kept.map(({ urn }) => urn));
  const ofRegion = sharedWith(region, shared);
  return kept.map((resource) => {
    const { provider = "" } = resource;
    const id = providers.get(urnOfProvider(provider));
    const settled =
      id === undefined ? resource : { ...resource, provider: `${urnOfProvider(provider)}::${id}` };
    return waitingForShared(
      withoutEdges(settled, (urn) => content.has(urn)),
      ofRegion,
    );
  });
}

/** The resource with edges to what its region shares, unless it waits for another resource of the region. */
function waitingForShared(resource: StateResource, shared: readonly string[]): StateResource {
  const isFirst = isReal(resource) && edgesOf(resource).every((urn) => isProviderUrn(urn));
  return isFirst ? withEdges(resource, shared) : resource;
}

/**
 * The resources of a network's stack and of the stacks of its regions in one list, with the order between stacks as edges:
 * for the critical path of a run over all of them. The resources keep the URNs that the events of the run have.
 */
export function joinedResources({ network, regions }: Omit<States, "stack">): readonly StateResource[] {
  const shared = network.resources ?? [];
  return [
    ...shared,
    ...[...regions].flatMap(([region, { resources = [] }]) => {
      const ofRegion = sharedWith(region, shared);
      return resources.map((resource) => waitingForShared(resource, ofRegion));
    }),
  ];
}

/** What every stack has of its own. A reference to a stack is read anew in each run. */
const OF_A_STACK: ReadonlySet<string> = new Set([
  STACK_TYPE,
  "pulumi:pulumi:StackReference",
  "pulumi:providers:pulumi",
]);

/** Several regions' stacks may have the same default provider. */
function withoutRepeated(resources: readonly StateResource[]): StateResource[] {
  const seen = new Set<string>();
  return resources.filter((resource) => {
    const repeated = isProvider(resource) && seen.has(resource.urn);
    seen.add(resource.urn);
    return !repeated;
  });
}

/** The shared resources that a region's own resources may depend on: its network, its addresses, all keys, the genesis. */
export function sharedWith(region: string, resources: readonly StateResource[]): string[] {
  const isRoot = ({ urn, type }: StateResource) =>
    (type.startsWith("chainfleet:region:") && nameOf(urn) === region) ||
    type === "chainfleet:besu:BesuNetwork";
  const inside = new Set<string>();
  for (const resource of resources) {
    if (isRoot(resource) || inside.has(resource.parent ?? "")) {
      inside.add(resource.urn);
    }
  }
  return resources.filter((resource) => inside.has(resource.urn) && isReal(resource)).map(({ urn }) => urn);
}

/** The region of each resource that belongs to the cluster, the store of keys or the nodes of a region. */
function regionsByUrn(
  resources: readonly StateResource[],
  regions: readonly string[],
): ReadonlyMap<string, string> {
  const roots = new Map(
    regions.flatMap((region) => [
      [`${region}-cluster`, region],
      [`${region}-besu`, region],
      [`${region}-keys`, region],
    ]),
  );
  const found = new Map<string, string>();
  // A parent precedes its children in every state.
  for (const { urn, type, parent = "" } of resources) {
    const isRoot =
      type.startsWith("chainfleet:cluster:") ||
      type === "chainfleet:besu:BesuSite" ||
      type === "chainfleet:besu:AzureKeyVault" ||
      type === "chainfleet:besu:AwsSecretsManager";
    const region = (isRoot ? roots.get(nameOf(urn)) : undefined) ?? found.get(parent);
    if (region !== undefined) {
      found.set(urn, region);
    }
  }
  return found;
}

function refuseUnfinished(states: readonly Write[]): void {
  const unfinished = states.filter(({ state }) => (state.pending_operations ?? []).length > 0);
  if (unfinished.length > 0) {
    throw new ChainfleetError({
      code: "SHARD_RUN_UNFINISHED",
      summary: `The last run did not finish its work in ${unfinished.map(({ stack }) => stack).join(", ")}. Nothing was moved.`,
      next: "Let chainfleet up recover the run with sharding as it was before, then repeat this command.",
    });
  }
}

function refuseDependents(staying: readonly StateResource[], regionOf: ReadonlyMap<string, string>): void {
  const dependents = staying.filter(
    (resource) => !isClosing(resource) && edgesOf(resource).some((urn) => regionOf.has(urn)),
  );
  if (dependents.length > 0) {
    throw new ChainfleetError({
      code: "SHARD_DEPENDENTS",
      summary: `${dependents.map(({ urn }) => nameOf(urn)).join(", ")} cannot be in the network's stack, which runs before the stacks of the regions, because a region's cluster or nodes must exist before. Nothing was moved.`,
      next: "Set chainfleet:sharding back to none, remove the reason, run up, then repeat this command. Contracts on this network's chain need the URL of its RPC nodes (rpcUrl) or a stack of their own; waves (chainfleet:rollout) and --mode must be left out.",
    });
  }
}

function isChain({ type, custom }: StateResource): boolean {
  return custom === true && type === "pulumi-nodejs:dynamic/chainfleet:Chain";
}

/** What needs the nodes of all regions: in a stack of its own, the network's stack is run after the regions' for it. */
function isClosing({ type, custom }: StateResource): boolean {
  return custom === true && /^pulumi-nodejs:dynamic\/chainfleet:(ValidatorSet|NetworkHealth)$/.test(type);
}

function withSharding(resource: StateResource, sharding: "region" | undefined): StateResource {
  const marked = (properties: StateResource["inputs"]) => {
    const { sharding: _, ...others } = properties ?? {};
    return sharding === undefined ? others : { ...others, sharding };
  };
  return { ...resource, inputs: marked(resource.inputs), outputs: marked(resource.outputs) };
}

/** Without these outputs, the program of a region's stack refuses to run. */
function withoutShardOutputs(resource: StateResource): StateResource {
  if (resource.type !== STACK_TYPE || resource.outputs === undefined) {
    return resource;
  }
  const names: readonly string[] = Object.values(SHARD_OUTPUTS);
  const outputs = Object.fromEntries(
    Object.entries(resource.outputs).filter(([name]) => !names.includes(name)),
  );
  return { ...resource, outputs };
}

function emptied({ pending_operations: _, ...state }: State): State {
  return { ...state, resources: [] };
}

/** Whether a resource stands for something outside of the state. */
function isReal(resource: StateResource): boolean {
  return resource.custom === true && !isProvider(resource) && !OF_A_STACK.has(resource.type);
}

function isProvider({ type }: StateResource): boolean {
  return type.startsWith("pulumi:providers:");
}

function isProviderUrn(urn: string): boolean {
  return typeOf(urn).startsWith("pulumi:providers:");
}
