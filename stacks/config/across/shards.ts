import type { Finding } from "../../../components/finding";
import { chainConfigKey } from "../contracts/contracts-schema";
import { fieldsOf, outlineRegions } from "../outline";
import { DEFAULT_CHAIN_ID } from "../schema";

/**
 * Checks what `sharding: region` requires of the rest of the config. Works on the unchecked config, so that these findings
 * are reported together with those of the schema; a value that the schema refuses is ignored here.
 */
export function acrossShards(unchecked: Readonly<Record<string, unknown>>): Finding[] {
  if (unchecked.sharding !== "region") {
    return [];
  }
  const { stack = "network" } = unchecked;
  return stack === "network" || stack === "full"
    ? [
        ...addressesMadeInShards(unchecked),
        ...contractsOnTheNetwork(unchecked),
        ...contractsBeforeTheGate(unchecked),
        ...wavesAcrossStacks(unchecked),
      ]
    : [
        {
          key: "sharding",
          problem: `is "region", but the stack ${String(stack)} has no regions of a network`,
        },
      ];
}

/** The cluster IP of a Service is known only after the stack of its region, and the mesh is needed before. */
function addressesMadeInShards({ regions }: Readonly<Record<string, unknown>>): Finding[] {
  return outlineRegions(regions).flatMap(({ cloud, validators = 0, p2pAddresses }, index) =>
    cloud === "kubernetes" && validators > 0 && p2pAddresses === undefined
      ? [
          {
            key: `regions[${index}].p2pAddresses`,
            problem:
              "is missing; with sharding: region, the stack of the network must know the addresses of all validators before any region has a stack",
          },
        ]
      : [],
  );
}

/** The network's stack runs before the nodes exist, so its contracts cannot be on the chain of these nodes. */
function contractsOnTheNetwork({ stack, contracts }: Readonly<Record<string, unknown>>): Finding[] {
  return Object.entries(fieldsOf(fieldsOf(contracts).chains)).flatMap(([name, chain]) => {
    const { rpcUrl, rpcStack } = fieldsOf(chain);
    return stack !== "full" || rpcUrl !== undefined || rpcStack !== undefined
      ? []
      : [
          {
            key: `${chainConfigKey(name)}.rpcUrl`,
            problem:
              "is missing; with sharding: region, the nodes of this network are in other stacks that run later: give the URL, or deploy the contracts with a stack of their own",
          },
        ];
  });
}

/** The gate looks at the network in a later run of the network's stack than the one that deploys contracts. */
function contractsBeforeTheGate({
  stack,
  contracts,
  healthGate,
  network,
}: Readonly<Record<string, unknown>>): Finding[] {
  const networkChainId = String(fieldsOf(network).chainId ?? DEFAULT_CHAIN_ID);
  return Object.entries(fieldsOf(fieldsOf(contracts).chains)).flatMap(([name, chain]) =>
    stack === "full" && healthGate !== undefined && String(fieldsOf(chain).chainId) === networkChainId
      ? [
          {
            key: chainConfigKey(name),
            problem:
              "is the network's own chain; with sharding: region, the health gate comes after the stacks of the regions and cannot hold these contracts back: deploy them with a stack of their own",
          },
        ]
      : [],
  );
}

/** A wave waits for the one before by edges of one graph, and each region's stack has a graph of its own. */
function wavesAcrossStacks({ rollout }: Readonly<Record<string, unknown>>): Finding[] {
  return rollout === undefined
    ? []
    : [
        {
          key: "rollout",
          problem:
            "is impossible with sharding: region, because waves wait for each other in one graph and each region has a stack of its own",
        },
      ];
}
