import { isDeepStrictEqual } from "node:util";
import type { FullProvider } from "../../engine/dynamic-resource";
import { ChainfleetError } from "../../error";
import { placementRefusals } from "../placement/placement";
import { softwareRefusals } from "../release/software-change";
import { machineRefusal, majorityRefusal } from "../votes/removal";
import { marginOf, type Votes } from "../votes/votes";
import type { ChainParameters } from "./genesis";
import type { ChainArgs, ReclaimPolicy } from "./genesis-resource";

/**
 * The provider of Chain. Once the chain exists, it refuses every change of a parameter, of the reclaim policy and of what
 * the nodes stand on, changes of the software across which the validators would not understand each other, and a config
 * that lacks so many of the validators that the others cannot vote them out.
 */
export const provider: FullProvider = {
  check: async (olds: Inputs, news: Inputs) => ({
    inputs: { ...news, ...founders(olds, news), ...voting(olds, news), ...keptMachines(olds, news) },
    failures: [
      ...parameterChanges(olds.parameters, news.parameters).map((change) => ({
        property: `parameters.${change.parameter}`,
        reason: refusal(change).message,
      })),
      ...softwareFailures(olds, news),
      ...reclaimPolicyFailures(olds.reclaimPolicy, news.reclaimPolicy),
      ...shardingFailures(olds, news),
      ...placementFailures(olds, news),
      ...removalFailures(olds, news),
      ...machineFailures(olds, news),
    ],
  }),
  diff: async (_id, olds: Inputs, news: Inputs) => ({
    changes:
      !isDeepStrictEqual(olds.software, news.software) ||
      olds.reclaimPolicy !== news.reclaimPolicy ||
      olds.isVoted !== news.isVoted ||
      !isDeepStrictEqual(olds.keptMachines, news.keptMachines) ||
      olds.validatorChanges !== news.validatorChanges,
  }),
  create: async (inputs: Inputs) => ({ id: `chain-${inputs.parameters?.chainId}`, outs: inputs }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: news }),
  delete: async () => {},
};

/** The inputs. A state from before an input existed does not have the input. */
type Inputs = Partial<ChainArgs & Founders & Voting & KeptMachines>;

/**
 * The validators of the first run, by name: those in the genesis block. Absent for a chain whose first run did not record
 * them; the check of the genesis, which knows the validators' addresses, then refuses alone.
 */
interface Founders {
  readonly founders: readonly string[];
}

function founders(olds: Inputs, { validators }: Inputs): Partial<Founders> {
  const recorded = olds.parameters === undefined ? validators : olds.founders;
  return recorded === undefined ? {} : { founders: recorded };
}

/** Present from the first run on that added or removed validators. */
interface Voting {
  readonly isVoted: true;
  /** How many runs have added or removed validators. */
  readonly validatorChanges: number;
}

function voting(olds: Inputs, { validators = [] }: Inputs): Partial<Voting> {
  if (olds.parameters === undefined) {
    return {};
  }
  const { validatorChanges = 0 } = olds;
  const changes =
    validatorChanges + Number(!isSame(olds.validators ?? olds.founders ?? validators, validators));
  return olds.isVoted === true || changes > 0 || !isSame(olds.founders ?? validators, validators)
    ? { isVoted: true, validatorChanges: changes }
    : {};
}

/** Present in a run that removes validators of regions that stay. */
interface KeptMachines {
  /** The number of machines by the region's name. */
  readonly keptMachines: Readonly<Record<string, number>>;
}

/**
 * A cloud that makes a pool smaller chooses the machine itself, and may take one whose validator stays: AKS and EKS remove machines
 * by age. A pool is made smaller early in a run, when the validators that go still run and have votes. So the pool keeps its
 * machines in the run in which validators leave, and loses them in the next one, in which as many are empty: a validator whose machine goes
 * then starts on another, which is in the same zone as its disk, because each zone has a pool.
 */
function keptMachines(olds: Inputs, news: Inputs): Partial<KeptMachines> {
  // Where each region has a stack of its own, the network's stack tells that stack how many machines it keeps.
  if (news.sharding !== undefined) {
    return {};
  }
  const kept = Object.entries(olds.placement?.regions ?? {}).flatMap(([name, before]) => {
    const after = news.placement?.regions[name];
    return after !== undefined &&
      after.fixed["cloud"] !== "kubernetes" &&
      after.validators < before.validators
      ? [[name, olds.keptMachines?.[name] ?? before.validators] as const]
      : [];
  });
  return kept.length === 0 ? {} : { keptMachines: Object.fromEntries(kept) };
}

function isSame(before: readonly string[], after: readonly string[]): boolean {
  return before.length === after.length && before.every((name) => after.includes(name));
}

/** The engine shows the whole value of a property that it is told, and these are long. */
const WHOLE_RESOURCE = "";

type Failure = { readonly property: string; readonly reason: string };

function softwareFailures(olds: Inputs, { software, parameters }: Inputs): Failure[] {
  if (software === undefined || parameters === undefined) {
    return [];
  }
  // What the validators run is unknown if the state does not record it. The gate then asks each validator.
  const isUnknown = olds.parameters !== undefined && olds.software === undefined;
  const refusals = isUnknown ? [] : softwareRefusals(olds.software, software, parameters);
  return refusals.map(({ message }) => ({ property: "software", reason: message }));
}

function reclaimPolicyFailures(
  existing: ReclaimPolicy | undefined,
  configured: ReclaimPolicy | undefined,
): Failure[] {
  if (existing === undefined || configured === undefined || existing === configured) {
    return [];
  }
  const { message } = new ChainfleetError({
    code: "RECLAIM_POLICY_FIXED",
    summary:
      `reclaimPolicy is ${configured}, but the storage classes of the existing network have ${existing}. Kubernetes ` +
      "does not allow the policy of a class to change, and a disk keeps the policy that its class had when the disk was " +
      "created. No resource was changed.",
    next:
      `Set reclaimPolicy back to ${existing}. To change the policy of an existing disk, run ` +
      `kubectl patch pv <name> -p '{"spec":{"persistentVolumeReclaimPolicy":"${configured}"}}' for its volume.`,
  });
  return [{ property: "reclaimPolicy", reason: message }];
}

/** Without this check, an `up` would delete the regions from one stack and create them again in another. */
function shardingFailures(olds: Inputs, news: Inputs): Failure[] {
  if (olds.parameters === undefined || olds.sharding === news.sharding) {
    return [];
  }
  const [undo, configured] = news.sharding === undefined ? [" --undo", "none"] : ["", news.sharding];
  const { message } = new ChainfleetError({
    code: "SHARDING_CHANGED",
    summary: `sharding is ${configured}, but the resources of the existing network's regions are still in ${news.sharding === undefined ? "stacks of their own" : "this stack"}. No resource was changed.`,
    next: `Move the resources between the states first, which changes none of them: chainfleet shard${undo} --stack <stack>`,
  });
  return [{ property: "sharding", reason: message }];
}

function placementFailures(olds: Inputs, news: Inputs): Failure[] {
  if (olds.placement === undefined || news.placement === undefined) {
    return [];
  }
  const readdressable = Math.max(0, marginOf(votesOf(olds, news)));
  return placementRefusals(olds.placement, news.placement, readdressable).map(({ message }) => ({
    property: WHOLE_RESOURCE,
    reason: message,
  }));
}

function removalFailures({ validators: before = [], placement }: Inputs, news: Inputs): Failure[] {
  // A network with another name lacks every validator, and is refused for its name.
  const isRenamed = placement !== undefined && placement.network !== news.placement?.network;
  const refusal = majorityRefusal(before, (name) => news.validators?.includes(name) === true);
  return refusal === undefined || isRenamed ? [] : [{ property: WHOLE_RESOURCE, reason: refusal.message }];
}

/** Existing clusters have machines of their own. */
function machineFailures({ placement, validators }: Inputs, news: Inputs): Failure[] {
  const shrunk = Object.entries(placement?.regions ?? {}).flatMap(([name, before]) => {
    const after = news.placement?.regions[name];
    const machines = before.validators - (after?.validators ?? before.validators);
    return machines > 0 && after?.fixed.cloud !== "kubernetes" ? [{ name, machines }] : [];
  });
  const refusal = validators === undefined ? undefined : machineRefusal(validators.length, shrunk);
  return refusal === undefined ? [] : [{ property: WHOLE_RESOURCE, reason: refusal.message }];
}

function votesOf({ founders: voters, validators: before = [] }: Inputs, { validators = [] }: Inputs): Votes {
  const all = voters ?? before;
  return { total: all.length, present: all.filter((name) => validators.includes(name)).length };
}

/** A parameter whose configured value differs from the value in the genesis block. Values are JSON texts. */
interface ParameterChange {
  readonly parameter: string;
  readonly genesisValue: string;
  readonly configuredValue: string;
}

function parameterChanges(
  genesis: ChainParameters | undefined,
  configured: ChainParameters | undefined,
): ParameterChange[] {
  if (genesis === undefined || configured === undefined) {
    return [];
  }
  const born = { ...ABSENT_PARAMETERS, ...genesis };
  const wanted = { ...ABSENT_PARAMETERS, ...configured };
  const parameters = [...new Set([...Object.keys(born), ...Object.keys(wanted)])];
  return (parameters as (keyof ChainParameters)[])
    .filter((parameter) => !isDeepStrictEqual(born[parameter], wanted[parameter]))
    .map((parameter) => ({
      parameter,
      genesisValue: JSON.stringify(born[parameter]),
      configuredValue: JSON.stringify(wanted[parameter]),
    }));
}

/** What a chain has whose parameters do not say so: a genesis block without the deterministic deployer, and votes in headers. */
const ABSENT_PARAMETERS = { deterministicDeployer: false, validatorSelection: "blockheader" } as const;

function refusal({ parameter, genesisValue, configuredValue }: ParameterChange): ChainfleetError {
  return new ChainfleetError({
    code: "CHAIN_PARAMETER_FIXED",
    summary:
      `${parameter} is ${configuredValue}, but the genesis block of the existing chain has ${genesisValue}. ` +
      "A genesis block cannot change. No resource was changed.",
    next: `Set ${parameter} back to ${genesisValue}, or create a new network in a stack of its own.`,
  });
}
