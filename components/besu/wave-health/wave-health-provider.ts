import { setTimeout as pause } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import { AppsV1Api } from "@kubernetes/client-node";
import type { Unwrap } from "@pulumi/pulumi";
import { clientConfig } from "../../cluster/client-config";
import type { FullProvider } from "../../engine/dynamic-resource";
import { type UnreadyNode, unhealthyWave, unreadiness } from "./readiness";
import type { WaveHealthArgs } from "./wave-health";

/** The arguments with all values known. */
type Inputs = Unwrap<WaveHealthArgs>;

/** Behind WaveHealth. */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds, news) => ({ changes: !isDeepStrictEqual(checked(olds), checked(news)) }),
  create: async (inputs) => ({ id: `wave-${inputs.wave}`, outs: await untilHealthy(inputs) }),
  read: async (id, props) => ({ id, props }),
  update: async (_id, _olds, news) => ({ outs: await untilHealthy(news) }),
  delete: async () => {},
};

function checked({ wave, regions, next }: Inputs) {
  return { wave, regions, next };
}

/** The time that the Kubernetes plugin, too, waits for a StatefulSet. */
const PATIENCE_SECONDS = 10 * 60;
const POLL_SECONDS = 2;

/** @throws ChainfleetError WAVE_UNHEALTHY */
async function untilHealthy(inputs: Inputs): Promise<Inputs> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const unready = (await Promise.all(inputs.regions.map(unreadyNodes))).flat();
    if (unready.length === 0) {
      return inputs;
    }
    if (Date.now() > end) {
      throw unhealthyWave(inputs, unready, PATIENCE_SECONDS);
    }
    await pause(POLL_SECONDS * 1000);
  }
}

/** A cluster that does not answer has no ready node: it may answer at the next poll. */
async function unreadyNodes(region: Inputs["regions"][number]): Promise<UnreadyNode[]> {
  const api = clientConfig(region).makeApiClient(AppsV1Api);
  const nodes = await Promise.all(
    region.statefulSets.map(async ({ name }) => {
      const problem = await api
        .readNamespacedStatefulSet({ name, namespace: region.namespace })
        .then(unreadiness, (error: Error) => `cannot be read: ${error.message}`);
      return { region: region.name, statefulSet: name, problem };
    }),
  );
  return nodes.flatMap(({ problem, ...node }) => (problem === undefined ? [] : [{ ...node, problem }]));
}
