import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { State, StateResource } from "../engine/state";
import { edgesOf } from "./edges";
import { isMoved, type Move, planShard, planUndo, type States, sharedWith } from "./plan";
import { generatedNetwork, STACK } from "./testing/generated-network";
import { STACK_TYPE } from "./urn";

/** The state of every stack, by the stack's name. */
type World = ReadonlyMap<string, State>;

describe("moving regions into stacks of their own and back", () => {
  it("is the identity, except for edges between what is shared and what is not", () => {
    fc.assert(
      fc.property(generatedNetwork, ({ network, regions }) => {
        const before = world(network);
        const after = undo(shard(before, regions));
        expect(comparable(after.get(STACK))).toEqual(comparable(before.get(STACK)));
        expect([...after.keys()].filter((stack) => stack !== STACK && isUsed(after.get(stack)))).toEqual([]);
      }),
    );
  });

  it("loses and doubles nothing: every resource is in exactly one stack", () => {
    fc.assert(
      fc.property(generatedNetwork, ({ network, regions }) => {
        const before = world(network);
        const sharded = shard(before, regions);
        expect(realNames(sharded)).toEqual(realNames(before));
        expect(realNames(undo(sharded))).toEqual(realNames(before));
      }),
    );
  });

  it("leaves in each stack a state that names only resources of its own, each after what it depends on", () => {
    fc.assert(
      fc.property(generatedNetwork, ({ network, regions }) => {
        const sharded = shard(world(network), regions);
        for (const [stack, state] of [...sharded, ...undo(sharded)]) {
          expectConsistent(stack, state);
        }
      }),
    );
  });

  it("restores on the way back every order between a region's resources and what the region shares", () => {
    fc.assert(
      fc.property(generatedNetwork, ({ network, regions }) => {
        const after = undo(shard(world(network), regions)).get(STACK)?.resources ?? [];
        const reachable = closure(after);
        for (const region of regions) {
          const shared = new Set(sharedWith(region, network.resources ?? []));
          for (const resource of network.resources ?? []) {
            const isOfRegion = resource.urn.includes(`::${region}-own-`);
            for (const urn of isOfRegion ? edgesOf(resource).filter((edge) => shared.has(edge)) : []) {
              expect(reachable.get(resource.urn)?.has(urn), `${resource.urn} → ${urn}`).toBe(true);
            }
          }
        }
      }),
    );
  });

  it("ends the same when it is killed between any two writes and repeated, in both directions", () => {
    fc.assert(
      fc.property(
        generatedNetwork,
        fc.array(fc.record({ back: fc.boolean(), kept: fc.nat({ max: 5 }) }), { maxLength: 4 }),
        ({ network, regions }, kills) => {
          let states = world(network);
          const expected = shard(states, regions);
          const unmoved = undo(expected);
          for (const { back, kept } of kills) {
            const move = back ? undoMove(states) : shardMove(states, regions);
            states = apply(states, { ...move, writes: move.writes.slice(0, kept) });
          }
          const there = shard(states, regions);
          expect(realByStack(there)).toEqual(realByStack(expected));
          expect(realByStack(undo(states))).toEqual(realByStack(unmoved));
        },
      ),
    );
  });

  it("moves nothing a second time", () => {
    fc.assert(
      fc.property(generatedNetwork, ({ network, regions }) => {
        const sharded = shard(world(network), regions);
        expect(shardMove(sharded, regions).writes).toEqual([]);
        expect(undoMove(undo(sharded)).writes).toEqual([]);
      }),
    );
  });
});

describe("a move", () => {
  const [{ network, regions }] = fc.sample(generatedNetwork, { seed: 4, numRuns: 1 }) as [
    { network: State; regions: readonly string[] },
  ];

  it("is refused while an operation is pending", () => {
    const [resource] = network.resources as [StateResource];
    const pending = { ...network, pending_operations: [{ resource, type: "creating" }] };
    expect(() => shardMove(world(pending), regions)).toThrow(/^SHARD_RUN_UNFINISHED/);
    const sharded = new Map(shard(world(network), regions));
    sharded.set(STACK, { ...sharded.get(STACK), pending_operations: [{ resource, type: "creating" }] });
    expect(() => undoMove(sharded)).toThrow(/^SHARD_RUN_UNFINISHED/);
  });

  it("leaves what needs the nodes of all regions in the network's stack, without edges to them", () => {
    const moved = network.resources?.find(({ urn }) => urn.includes(`::${regions[0]}-own-`)) as StateResource;
    const shared = network.resources?.find(({ urn }) => urn.includes("-genesis")) as
      | StateResource
      | undefined;
    const set = {
      urn: `urn:pulumi:${STACK}::chainfleet::pulumi-nodejs:dynamic/chainfleet:ValidatorSet::net-validators`,
      type: "pulumi-nodejs:dynamic/chainfleet:ValidatorSet",
      custom: true,
      dependencies: [moved.urn, ...(shared === undefined ? [] : [shared.urn])],
    };
    const voted = { ...network, resources: [...(network.resources ?? []), set] };
    const { writes } = shardMove(world(voted), regions);
    const kept = writes.at(-1)?.state.resources?.find(({ urn }) => urn === set.urn);
    expect(kept?.dependencies).toEqual(shared === undefined ? [] : [shared.urn]);
  });

  it("is refused if something that stays depends on something that is moved", () => {
    const moved = network.resources?.find(({ urn }) => urn.includes(`::${regions[0]}-own-`)) as StateResource;
    const contract = {
      urn: `urn:pulumi:${STACK}::chainfleet::chainfleet:contracts:ContractSet$x:y:Z::WETH9`,
      type: "x:y:Z",
      custom: true,
      dependencies: [moved.urn],
    };
    const dependent = { ...network, resources: [...(network.resources ?? []), contract] };
    expect(() => shardMove(world(dependent), regions)).toThrow(/^SHARD_DEPENDENTS: WETH9 cannot/);
  });

  it("does nothing in a stack without a network", () => {
    expect(planShard({ stack: STACK, network: {}, regions: new Map() }, ["eastus"]).writes).toEqual([]);
  });
});

function world(network: State): World {
  return new Map([[STACK, network]]);
}

function statesOf(states: World): States {
  return {
    stack: STACK,
    network: states.get(STACK) ?? {},
    regions: new Map(
      [...states]
        .filter(([stack]) => stack !== STACK)
        .map(([stack, state]) => [stack.slice(STACK.length + 1), state]),
    ),
  };
}

const shardMove = (states: World, regions: readonly string[]) => planShard(statesOf(states), regions);
const undoMove = (states: World) => planUndo(statesOf(states));

function apply(states: World, { writes }: Move): World {
  return new Map([...states, ...writes.map(({ stack, state }) => [stack, state] as const)]);
}

const shard = (states: World, regions: readonly string[]) => apply(states, shardMove(states, regions));
const undo = (states: World) => apply(states, undoMove(states));

function isUsed(state: State | undefined): boolean {
  return (state?.resources ?? []).length > 0;
}

const isReal = ({ custom, type }: StateResource) => custom === true && !type.startsWith("pulumi:providers:");

/** The resources in all stacks, with doubles, by everything after the stack in their URNs. */
function realNames(states: World): string[] {
  return [...states.values()]
    .flatMap(({ resources = [] }) =>
      resources.filter(isReal).map(({ urn, id }) => `${urn.replace(/^[^:]*:[^:]*:[^:]*/, "")} ${id}`),
    )
    .sort();
}

function realByStack(states: World): object {
  const marked = isMoved(states.get(STACK) ?? {});
  return {
    marked,
    ...Object.fromEntries(
      [...states]
        .filter(([, state]) => isUsed(state))
        .map(([stack, { resources = [] }]) => [
          stack,
          resources
            .filter(isReal)
            .map(({ urn }) => urn)
            .sort(),
        ]),
    ),
  };
}

/** A state without the edges that a move does not keep, and without an order. */
function comparable(state: State | undefined): unknown {
  const region = ({ urn }: Pick<StateResource, "urn">) => /::(\w+)-own-/.exec(urn)?.[1] ?? "";
  return {
    ...state,
    resources: (state?.resources ?? [])
      .map((resource) => {
        const isInner = (urn: string) =>
          region({ urn }) === region(resource) || urn.includes("::pulumi:providers:");
        const { dependencies, propertyDependencies } = resource;
        return region(resource) === ""
          ? resource
          : {
              ...resource,
              dependencies: dependencies?.filter(isInner),
              propertyDependencies: Object.fromEntries(
                Object.entries(propertyDependencies ?? {}).map(([key, urns]) => [key, urns?.filter(isInner)]),
              ),
            };
      })
      .sort((a, b) => (a.urn < b.urn ? -1 : 1)),
  };
}

function expectConsistent(stack: string, { resources = [] }: State): void {
  const seen = new Set<string>();
  for (const resource of resources) {
    expect(resource.urn).toMatch(new RegExp(`^urn:pulumi:${stack.replace(".", "\\.")}::`));
    for (const urn of [...edgesOf(resource), ...(resource.parent ? [resource.parent] : [])]) {
      expect(seen.has(urn), `${resource.urn} → ${urn}`).toBe(true);
    }
    if (resource.provider) {
      const provider = resources.find(({ urn, id }) => `${urn}::${id}` === resource.provider);
      expect(provider, resource.provider).toBeDefined();
    }
    expect(seen.has(resource.urn), resource.urn).toBe(false);
    seen.add(resource.urn);
  }
  expect(resources.length === 0 || resources[0]?.type === STACK_TYPE).toBe(true);
}

/** Everything that each resource depends on, directly or not. A resource follows what it depends on. */
function closure(resources: readonly StateResource[]): ReadonlyMap<string, ReadonlySet<string>> {
  const reachable = new Map<string, Set<string>>();
  for (const resource of resources) {
    const edges = edgesOf(resource);
    reachable.set(resource.urn, new Set(edges.flatMap((urn) => [urn, ...(reachable.get(urn) ?? [])])));
  }
  return reachable;
}
