import * as pulumi from "@pulumi/pulumi";
import type { Address } from "viem";
import type { Chain } from "../../components/besu/genesis/genesis-resource";
import type { NetworkHealth } from "../../components/besu/health/network-health";
import { ValidatorSet } from "../../components/besu/membership/validator-set";
import type { BesuNetwork } from "../../components/besu/network";
import { NetworkNodes } from "../../components/besu/nodes/network-nodes";
import { valueIfKnown } from "../../components/engine/known";
import { RUN_DIRECTORY } from "../../components/governor/waits";
import { validatorName } from "../../components/naming";
import { createHealthGate } from "../chain/health-gate";
import { isDeletionSafe, tellMembership } from "../chain/membership";
import { selectionOf } from "../config/chain-parameters";
import type { Config, RegionConfig } from "../config/schema";
import { shardStackName } from "../config/written/shard-name";
import { keysOf, validatorsOf } from "../regions";
import { SHARD_OUTPUTS } from "./shard-inputs";
import { type RegionNodesOutputs, readRegionNodes } from "./stack-outputs";

/** What {@link closeNetwork} works on. */
export interface ClosingArgs {
  readonly chain: Chain;
  /** The network with all validators, also those that have left the config and still run. */
  readonly besu: BesuNetwork;
  /** The regions with all validators, in the order of the network's: those of the config first. */
  readonly held: readonly RegionConfig[];
}

/** What closing a network came to. */
export interface ClosedNetwork {
  /** The chain's validators as far as this stack knows. */
  readonly chainValidators: pulumi.Output<Address[]>;
  /** Undefined if the config has no health gate. */
  readonly health: NetworkHealth | undefined;
  /** Whether the nodes of what has left the config may be deleted, because the chain has no such validator any more. */
  readonly isReleased: boolean;
  /** Absent if the network neither votes nor has a health gate. */
  readonly outputs: { readonly [SHARD_OUTPUTS.closing]?: Closing };
}

/** What needs the nodes of all regions. */
export interface Closing {
  /** True until the regions' stacks have all nodes that the config describes: nobody was asked then. */
  readonly isOpen: boolean;
  /** Whether the network has a health gate, which looks again when the nodes of a region have changed. */
  readonly hasGate: boolean;
}

/**
 * Does what needs the nodes of all regions: the validators of the chain are made those of the config, and the health gate looks at the
 * network. How the nodes are reached is in the outputs of the regions' stacks. As long as one of these does not have all nodes that the
 * config describes, nobody is asked: the regions' stacks are run, and then this one again.
 */
export async function closeNetwork(config: Config, args: ClosingArgs): Promise<ClosedNetwork> {
  const { chain, besu, held } = args;
  const [isVoted = false] = await valueIfKnown(chain.isVoted);
  if (!isVoted && config.healthGate === undefined) {
    const hasLeft = held.some(({ validators }, index) => validators !== config.regions[index]?.validators);
    return {
      chainValidators: besu.genesisValidators,
      health: undefined,
      // Who has no validators has no vote to lose.
      isReleased: hasLeft,
      outputs: {},
    };
  }
  const parent = pulumi.getStack();
  const read = await Promise.all(config.regions.map(({ name }) => readRegionNodes({ parent, region: name })));
  const regions = await nodesOf(config, besu, read);
  const isComplete = regions.every(({ nodes }) => nodes !== undefined);
  const reached = isComplete ? regions.flatMap(reachedRegion) : [];
  const made = isVoted ? changeValidators() : undefined;
  const health = createHealthGate(
    config,
    besu,
    reached.map(({ config: region, kubeconfig, context, namespace, validators, revision }) => ({
      config: region,
      kubeconfig,
      context,
      namespace,
      validators: pulumi.all([...validators]),
      revision,
    })),
    made === undefined ? [] : [made],
  );
  return {
    chainValidators: made?.chainValidators ?? besu.genesisValidators,
    health,
    isReleased: await mayBeDeleted(made),
    outputs: { [SHARD_OUTPUTS.closing]: { isOpen: !isComplete, hasGate: health !== undefined } },
  };

  function changeValidators(): ValidatorSet {
    const running = new NetworkNodes(config.network.name, validatorsOf(config));
    for (const [index, nodes] of read.entries()) {
      const { name } = config.regions[index] as RegionConfig;
      if (nodes?.access !== undefined) {
        const { kubeconfig, context } = nodes.access;
        const cluster = { kubeconfig: pulumi.output(kubeconfig), context };
        void running.add({ name, cluster, addresses: nodes.validators.map((one) => pulumi.output(one)) });
      }
    }
    tellMembership(
      regions.map(({ config: { name }, addresses }) => ({ name, validators: addresses })),
      pulumi.output(validatorNamesOf(besu, held)),
      running,
    );
    tellWhatRemains(config, regions);
    return new ValidatorSet(`${config.network.name}-validators`, {
      regions: reached.map(({ config: { name }, kubeconfig, context, namespace, validators }) => ({
        ...{ name, kubeconfig, namespace, validators },
        ...(context === undefined ? {} : { context }),
      })),
      change: chain.validatorChanges,
      founders: besu.genesisValidators,
      ...selectionOf(config.network),
    });
  }

  async function mayBeDeleted(set: ValidatorSet | undefined): Promise<boolean> {
    if (pulumi.runtime.isDryRun() || held.every((region, index) => isConfigured(region, index))) {
      return false;
    }
    if (set === undefined) {
      return true;
    }
    // The outputs of a resource that failed are unknown; those of a resource that a run leaves out are those of before, or unknown.
    const [chainValidators = []] = await valueIfKnown(set.chainValidators);
    const [madeChange] = await valueIfKnown(set.change);
    const [wanted] = await valueIfKnown(chain.validatorChanges);
    const configured = await Promise.all(regions.flatMap(({ addresses }) => addresses.map(valueIfKnown)));
    return isDeletionSafe({
      change: { made: madeChange, wanted, chainValidators },
      configured: configured.flat(),
      chainNow: async () => undefined,
    });
  }

  function isConfigured({ validators }: RegionConfig, index: number): boolean {
    return config.regions[index]?.validators === validators;
  }
}

/** A region of the config. */
interface ClosingRegion {
  readonly config: RegionConfig;
  /** The addresses of the validators that the config describes. */
  readonly addresses: readonly pulumi.Output<Address>[];
  /** Undefined until the stack of the region has all nodes that the config describes. */
  readonly nodes: Required<RegionNodesOutputs> | undefined;
}

async function nodesOf(
  { regions }: Config,
  besu: BesuNetwork,
  read: readonly (RegionNodesOutputs | undefined)[],
): Promise<ClosingRegion[]> {
  return Promise.all(
    regions.map(async (region, index) => {
      const addresses = keysOf(besu, index)
        .slice(0, region.validators)
        .map(({ address }) => address);
      const known = (await Promise.all(addresses.map(valueIfKnown))).flat();
      const nodes = read[index];
      const hasAll =
        nodes?.access !== undefined &&
        nodes.revision !== undefined &&
        known.length === addresses.length &&
        known.every((address, validator) => nodes.validators[validator] === address);
      return { config: region, addresses, nodes: hasAll ? nodes : undefined };
    }),
  );
}

/** The names of the validators by their addresses: of the founders, and of those that run, also if they have left the config. */
async function validatorNamesOf(
  besu: BesuNetwork,
  held: readonly RegionConfig[],
): Promise<Readonly<Record<Address, string>>> {
  const [founders = {}] = await valueIfKnown(besu.genesisNames);
  const running = await Promise.all(
    held.flatMap(({ name }, region) =>
      keysOf(besu, region).map(async ({ address }, index) => {
        const [known] = await valueIfKnown(address);
        return known === undefined ? [] : [[known, validatorName(name, index)] as const];
      }),
    ),
  );
  return { ...founders, ...Object.fromEntries(running.flat()) };
}

function reachedRegion({ config, addresses, nodes }: ClosingRegion) {
  const { access, revision } = nodes ?? {};
  return access === undefined || revision === undefined
    ? []
    : [
        {
          config,
          validators: addresses,
          // The kubeconfig of a managed cluster is a credential.
          kubeconfig: pulumi.secret(access.kubeconfig),
          context: access.context,
          namespace: access.namespace,
          revision,
        },
      ];
}

/** `chainfleet up` runs what remains itself. */
function tellWhatRemains({ network }: Config, regions: readonly ClosingRegion[]): void {
  const missing = regions.filter(({ nodes }) => nodes === undefined).map(({ config: { name } }) => name);
  const isByHand = process.env[RUN_DIRECTORY] === undefined && !pulumi.runtime.isDryRun();
  if (missing.length > 0 && isByHand) {
    const stack = pulumi.getStack();
    const stacks = missing.map((region) => shardStackName({ parent: stack, region })).join(", ");
    pulumi.log.info(
      `Nobody votes on the validators of ${network.name} in this run, because these stacks do not have all nodes of the config yet: ${stacks}. ` +
        `Run them, then the stack "${stack}" again; chainfleet up --stack ${stack} does all of that.`,
    );
  }
}
