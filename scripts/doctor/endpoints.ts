import { VersionApi } from "@kubernetes/client-node";
import { openCluster } from "../../components/cluster/client-config";
import { expandVariables } from "../../components/environment";
import type { Config } from "../../stacks/config/schema";
import { type Check, missing, ok, type Verdict } from "./check";

/** The milliseconds after which a cluster or a node that does not answer counts as unreachable. */
const PATIENCE = 15_000;

/** The clusters that the config brings, and the RPC endpoints of the chains of its contracts. */
export function endpointChecks(config: Config): Check[] {
  return [
    ...config.regions.flatMap((region) =>
      region.cloud === "kubernetes"
        ? [{ name: `Kubernetes: ${region.name}`, required: true, look: () => cluster(region) }]
        : [],
    ),
    ...Object.entries(config.contracts?.chains ?? {}).flatMap(([name, { rpcUrl, chainId }]) =>
      rpcUrl === undefined
        ? []
        : [{ name: `RPC: ${name}`, required: true, look: () => endpoint(rpcUrl, chainId) }],
    ),
  ];
}

async function cluster({
  kubeconfig,
  context,
}: Extract<Config["regions"][number], { readonly cloud: "kubernetes" }>): Promise<Verdict> {
  try {
    const client = await openCluster({ kubeconfig: expandVariables(kubeconfig), context });
    const { gitVersion } = await inTime(client.makeApiClient(VersionApi).getCode());
    return ok(`Kubernetes ${gitVersion} at ${client.getCurrentCluster()?.server ?? "unknown"}`);
  } catch (error) {
    return missing(
      `the cluster of ${kubeconfig} does not answer: ${lineOf(error)}`,
      `Look with kubectl --kubeconfig ${kubeconfig}${context === undefined ? "" : ` --context ${context}`} version`,
    );
  }
}

/** The URL may contain a key, so only its host is shown. */
async function endpoint(rpcUrl: string, chainId: number): Promise<Verdict> {
  let host = "";
  try {
    const url = expandVariables(rpcUrl);
    ({ host } = new URL(url));
    const response = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_chainId", params: [] }),
      signal: AbortSignal.timeout(PATIENCE),
    });
    const { result } = (await response.json()) as { readonly result?: string };
    return Number(result) === chainId
      ? ok(`chain ${chainId} at ${host}`)
      : missing(
          result === undefined
            ? `${host} does not say its chain (HTTP status ${response.status})`
            : `${host} has the chain ${Number(result)}, and the config says ${chainId}`,
          "Correct rpcUrl or chainId of the chain.",
        );
  } catch (error) {
    return missing(
      host === "" ? lineOf(error) : `${host} does not answer: ${lineOf(error)}`,
      "Correct rpcUrl, or set the variable that it names.",
    );
  }
}

function inTime<Value>(answer: Promise<Value>): Promise<Value> {
  return Promise.race([
    answer,
    new Promise<never>((_, reject) => {
      setTimeout(() => reject(new Error(`no answer within ${PATIENCE / 1000} s`)), PATIENCE).unref();
    }),
  ]);
}

function lineOf(error: unknown): string {
  const { message, cause } = error as {
    readonly message?: string;
    readonly cause?: { readonly message?: string };
  };
  return (cause?.message ?? message ?? String(error)).split("\n")[0] ?? "";
}
