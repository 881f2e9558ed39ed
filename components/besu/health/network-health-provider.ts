import { setTimeout as delay } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { Unwrap } from "@pulumi/pulumi";
import { engineCancellation } from "../../engine/cancellation";
import type { FullProvider } from "../../engine/dynamic-resource";
import type { ExpectedNetwork } from "./judgement";
import type { NetworkHealthArgs } from "./network-health";
import { NetworkObserver } from "./network-observer";
import { untilHealthy } from "./until-healthy";

/** The arguments with all values known. */
type Inputs = Unwrap<NetworkHealthArgs>;

/** Behind NetworkHealth. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds, news) => ({
    changes: mayAsk(news) && !isDeepStrictEqual(checked(olds), checked(news)),
  }),
  create: async (inputs) => ({
    id: `${inputs.network}-health`,
    outs: mayAsk(inputs) ? await wait(inputs) : inputs,
  }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: await wait(news) }),
  delete: async () => {},
};

function mayAsk({ regions }: Inputs): boolean {
  return regions.length > 0;
}

/** What the check depends on, and not how the nodes are reached, or for how long. */
function checked({ network, genesisHash, missingPeers, regions }: Inputs) {
  return {
    network,
    genesisHash,
    missingPeers,
    regions: regions.map(({ name, namespace, validators, rpcNodes, revision }) => ({
      name,
      namespace,
      validators,
      rpcNodes,
      revision,
    })),
  };
}

/** @throws ChainfleetError NETWORK_UNHEALTHY or HEALTH_CHECK_CANCELLED. */
async function wait(inputs: Inputs): Promise<Inputs> {
  const { network, blockPeriodSeconds, timeoutSeconds } = inputs;
  const expected = expectedOf(inputs);
  const observer = new NetworkObserver(
    inputs.regions.map(({ kubeconfig, context, namespace, ...region }) => ({
      ...region,
      access: { kubeconfig, context, namespace },
    })),
    { validators: expected.validators, timeoutSeconds: ANSWER_SECONDS },
  );
  try {
    await untilHealthy(
      { network, expected, blockPeriodSeconds, timeoutSeconds },
      {
        observe: () => observer.observe(),
        // Pulumi shows what a provider prints in the display of the run.
        say: (line) => console.log(line),
        signal: engineCancellation,
        pause: (milliseconds) =>
          delay(milliseconds, undefined, { signal: engineCancellation }).catch(() => undefined),
        now: () => performance.now(),
      },
    );
  } finally {
    observer.close();
  }
  return inputs;
}

function expectedOf({ genesisHash, missingPeers, regions }: Inputs): ExpectedNetwork {
  return {
    genesisHash,
    missingPeers,
    validators: regions.reduce((sum, { validators }) => sum + validators.length, 0),
    rpcNodes: regions.reduce((sum, { rpcNodes }) => sum + rpcNodes, 0),
  };
}

/** A region that does not answer within this time may answer at the next poll. Signing in to a cluster takes seconds. */
const ANSWER_SECONDS = 15;
