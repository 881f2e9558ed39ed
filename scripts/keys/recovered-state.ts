import { randomUUID } from "node:crypto";
import type { ChainParameters } from "../../components/besu/genesis/genesis";
import { DYNAMIC_TYPE_PREFIX, providerCode } from "../../components/engine/dynamic-type";
import { validatorKeyName, validatorName } from "../../components/naming";
import { secretInState } from "../engine/secret-mark";
import type { State, StateResource } from "../engine/state";
import { nameOf } from "../run/resource-names";
import { STACK_TYPE, stackUrn } from "../shard/urn";
import type { FoundKey, FoundNetwork } from "./lost-network";

/** The stack whose state is completed. */
export interface LostStack {
  /** Its plain name. @example "prod" */
  readonly stack: string;
  /** The project's name. */
  readonly project: string;
  /** The network's name. @example "chain138" */
  readonly network: string;
  readonly parameters: ChainParameters;
  /** Whether the regions have stacks of their own. */
  readonly sharding: "none" | "region";
}

/** A state with what the clusters say. */
export interface RecoveredState {
  /** The completed state. Its new secrets are in plain text. */
  readonly state: State;
  /** The keys that the state did not have. */
  readonly recovered: readonly FoundKey[];
  /** What the state has otherwise than the clusters: sentences without their full stops. Nothing can be recovered then. */
  readonly conflicts: readonly string[];
}

/**
 * Adds the keys, the genesis and the chain to a state, as far as the state does not have them. Pure but for the id of a
 * provider. The resources are those that the first `up` makes: `BesuNetwork` in components/besu/network.ts, and the chain.
 */
export function recoverState(state: State, found: FoundNetwork, lost: LostStack): RecoveredState {
  const { resources = [] } = state;
  const urns = urnsOf(lost);
  const keys = found.keys.filter(({ isConfigured }) => isConfigured);
  const known = new Map(resources.map((resource) => [resource.urn, resource]));
  const recovered = keys.filter((key) => !known.has(urns.key(key)));
  const provider = existingProvider(resources) ?? {
    urn: urns.provider,
    custom: true,
    id: randomUUID(),
    type: PROVIDER_TYPE,
    inputs: {},
    outputs: {},
  };
  const made = (resource: DynamicState) => dynamicResource(resource, provider);
  const genesis = genesisOutputs(found);
  const root: StateResource = { urn: urns.stack, custom: false, type: STACK_TYPE };
  const component: StateResource = {
    urn: urns.network,
    custom: false,
    type: NETWORK_TYPE,
    parent: urns.stack,
  };
  const all: readonly StateResource[] = [
    root,
    provider,
    made({ type: "Chain", urn: urns.chain, parent: urns.stack, ...chainState(found, lost) }),
    component,
    ...recovered.map((key) =>
      made({
        type: "ValidatorKey",
        urn: urns.key(key),
        parent: urns.network,
        id: key.address,
        inputs: {},
        outputs: { privateKey: secretInState(key.privateKey), nodeId: key.nodeId, address: key.address },
        secrets: ["privateKey"],
      }),
    ),
    made({
      type: "Genesis",
      urn: urns.genesis,
      parent: urns.network,
      id: found.hash,
      inputs: genesisInputs(found, lost),
      outputs: { ...genesisInputs(found, lost), ...genesis },
    }),
  ];
  return {
    state: { ...state, resources: [...resources, ...all.filter(({ urn }) => !known.has(urn))] },
    recovered,
    conflicts: [
      ...keys.flatMap((key) => {
        const id = known.get(urns.key(key))?.id;
        return id === undefined || id === key.address
          ? []
          : [
              `${key.region}/validator-${key.index}: the state has the key of ${id}, and the cluster that of ${key.address}`,
            ];
      }),
      ...(known.has(urns.genesis) && known.get(urns.genesis)?.id !== found.hash
        ? [`the state has the genesis ${known.get(urns.genesis)?.id}, and the clusters have ${found.hash}`]
        : []),
    ],
  };
}

const PROVIDER_TYPE = "pulumi:providers:pulumi-nodejs";
const NETWORK_TYPE = "chainfleet:besu:BesuNetwork";

function urnsOf({ stack, project, network }: LostStack) {
  const urn = (type: string, name: string) => `urn:pulumi:${stack}::${project}::${type}::${name}`;
  const inNetwork = (type: string, name: string) =>
    urn(`${NETWORK_TYPE}$${DYNAMIC_TYPE_PREFIX}${type}`, name);
  return {
    stack: stackUrn(stack, project),
    provider: urn(PROVIDER_TYPE, "default"),
    chain: urn(`${DYNAMIC_TYPE_PREFIX}Chain`, "chain"),
    network: urn(NETWORK_TYPE, `${network}-besu`),
    key: ({ region, index }: Pick<FoundKey, "region" | "index">) =>
      inNetwork("ValidatorKey", validatorKeyName(region, index)),
    genesis: inNetwork("Genesis", `${network}-besu-genesis`),
  };
}

function existingProvider(resources: readonly StateResource[]): StateResource | undefined {
  return resources.find(({ urn, type }) => type === PROVIDER_TYPE && nameOf(urn) === "default");
}

interface DynamicState {
  readonly type: string;
  readonly urn: string;
  readonly parent: string;
  readonly id: string;
  readonly inputs: Readonly<Record<string, unknown>>;
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The names of the outputs that are secret. */
  readonly secrets?: readonly string[];
}

function dynamicResource(
  { type, urn, parent, id, inputs, outputs, secrets = [] }: DynamicState,
  provider: StateResource,
): StateResource {
  const code = { __provider: providerCode(type) };
  return {
    urn,
    custom: true,
    id,
    type: `${DYNAMIC_TYPE_PREFIX}${type}`,
    inputs: { ...code, ...inputs },
    outputs: { ...code, ...outputs },
    parent,
    provider: `${provider.urn}::${provider.id}`,
    ...(secrets.length === 0 ? {} : { additionalSecretOutputs: secrets }),
  };
}

/**
 * The chain without what nobody remembers: what its validators ran and stood on. The check of the chain compares only what
 * a state has, and the next `up` writes the rest.
 */
function chainState(found: FoundNetwork, { parameters, sharding }: LostStack) {
  const founders = found.founders.map((address) => nameOfFounder(found, address));
  const named = founders.flatMap((name) => name ?? []);
  const inputs = {
    parameters,
    // A founder whose key is in no cluster was removed: the chain's validators are no longer those of its genesis.
    ...(named.length === founders.length ? { founders: named } : { isVoted: true }),
    ...(sharding === "region" ? { sharding } : {}),
  };
  return { id: `chain-${parameters.chainId}`, inputs, outputs: inputs };
}

function nameOfFounder({ keys }: FoundNetwork, founder: string): string | undefined {
  const key = keys.find(({ address }) => address === founder);
  return key === undefined ? undefined : validatorName(key.region, key.index);
}

function genesisInputs(found: FoundNetwork, { parameters }: LostStack) {
  return {
    parameters,
    validators: found.founders,
    names: found.founders.map((address) => nameOfFounder(found, address) ?? address),
  };
}

/** The outputs of the provider of the genesis. */
function genesisOutputs(found: FoundNetwork) {
  return {
    file: found.genesis,
    hash: found.hash,
    genesisValidators: found.founders,
    validatorNames: Object.fromEntries(
      found.founders.map((address) => [address, nameOfFounder(found, address) ?? address]),
    ),
  };
}
