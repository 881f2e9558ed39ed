import { setTimeout as pause } from "node:timers/promises";
import type { V1PersistentVolumeClaim } from "@kubernetes/client-node";
import { CoreV1Api, PatchStrategy, setHeaderOptions } from "@kubernetes/client-node";
import type { Unwrap } from "@pulumi/pulumi";
import { clientConfig } from "../../cluster/client-config";
import type { FullProvider } from "../../engine/dynamic-resource";
import { claimNames, expansionFailure, isExpanded, isTooSmall, notExpanded } from "./claims";
import type { VolumeExpansionArgs } from "./volume-expansion";

/** The arguments with all values known. */
type Inputs = Unwrap<VolumeExpansionArgs>;

interface Outputs extends Inputs {
  /** The size in the StatefulSet's template, with which claims of further replicas begin. */
  readonly templateStorage: string;
}

/**
 * Behind VolumeExpansion. The creation asks no cluster: new claims have the size already, and a credential plugin such as
 * `aws eks get-token` would hold up every other dynamic resource for a second.
 */
export const provider: FullProvider = {
  check: async (_olds, news) => ({ inputs: news }),
  diff: async (_id, olds: Outputs, news: Inputs) => ({
    changes:
      olds.storage !== news.storage ||
      (olds.replicas < news.replicas && olds.templateStorage !== news.storage),
  }),
  create: async (inputs: Inputs) => {
    const outs: Outputs = { ...inputs, templateStorage: inputs.storage };
    return { id: `${inputs.region}/${inputs.statefulSet}`, outs };
  },
  read: async (id, props) => ({ id, props }),
  update: async (_id, { templateStorage }: Outputs, news: Inputs) => {
    await expand(news, await allClaims(news));
    return { outs: { ...news, templateStorage } };
  },
  delete: async () => {},
};

/** Drivers modify a volume within minutes; AWS lets it be modified again only after hours. */
const PATIENCE_SECONDS = 15 * 60;
const POLL_SECONDS = 1;

/**
 * Lets claims grow, and waits until their volumes have.
 *
 * @throws ChainfleetError VOLUME_NOT_EXPANDED
 */
async function expand(inputs: Inputs, claims: readonly V1PersistentVolumeClaim[]): Promise<void> {
  const names = claims
    .filter((claim) => isTooSmall(claim, inputs))
    .map(({ metadata }) => metadata?.name ?? "");
  const { namespace, storage } = inputs;
  const api = apiOf(inputs);
  const body = { spec: { resources: { requests: { storage } } } };
  for (const name of names) {
    await api
      .patchNamespacedPersistentVolumeClaim({ name, namespace, body }, mergePatch())
      .catch((error: unknown) => {
        throw notExpanded(inputs.region, [name], reasonOf(error));
      });
  }
  await untilExpanded(inputs, names);
}

async function untilExpanded(inputs: Inputs, names: readonly string[]): Promise<void> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (let left = names; left.length > 0; ) {
    const claims = (await existingClaims(inputs)).filter(({ metadata }) =>
      left.includes(metadata?.name ?? ""),
    );
    const failure = claims.map(expansionFailure).find((reason) => reason !== undefined);
    left = claims.filter((claim) => !isExpanded(claim, inputs)).map(({ metadata }) => metadata?.name ?? "");
    if (failure !== undefined || (left.length > 0 && Date.now() > end)) {
      throw notExpanded(
        inputs.region,
        left,
        failure ?? `they are not larger after ${PATIENCE_SECONDS / 60} minutes`,
      );
    }
    if (left.length > 0) {
      await pause(POLL_SECONDS * 1000);
    }
  }
}

/** The claims of all replicas. The StatefulSet may be about to get further replicas. */
async function allClaims(inputs: Inputs): Promise<V1PersistentVolumeClaim[]> {
  const end = Date.now() + PATIENCE_SECONDS * 1000;
  for (;;) {
    const claims = await existingClaims(inputs);
    if (claims.length >= inputs.replicas || Date.now() > end) {
      return claims;
    }
    await pause(POLL_SECONDS * 1000);
  }
}

async function existingClaims(inputs: Inputs): Promise<V1PersistentVolumeClaim[]> {
  const names = claimNames(inputs);
  const { items } = await apiOf(inputs).listNamespacedPersistentVolumeClaim({ namespace: inputs.namespace });
  return items.filter(({ metadata }) => names.includes(metadata?.name ?? ""));
}

function apiOf(inputs: Inputs): CoreV1Api {
  return clientConfig(inputs).makeApiClient(CoreV1Api);
}

const mergePatch = () => setHeaderOptions("Content-Type", PatchStrategy.MergePatch);

/** The message in the API server's answer. */
function reasonOf(error: unknown): string {
  const { body, message } = error as { readonly body?: string; readonly message: string };
  try {
    return (JSON.parse(body ?? "") as { readonly message: string }).message;
  } catch {
    return message;
  }
}
