import { readFileSync } from "node:fs";
import * as https from "node:https";
import { LOCAL_CHAINS } from "../chains/chains";
import { rpc } from "../chains/rpc";

/**
 * What an environment of the local target has that a new one lacks, and what does not answer; nothing for a new one that is healthy.
 *
 * @param environment the variables of the environment.
 */
export async function tracesIn(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const looks: readonly Promise<string[]>[] = [
    look("the simulated clouds", () => cloudResources(environment)),
    look("the API server", () => namespaces(environment)),
    look("the state service", () => deployedStacks(environment)),
    ...LOCAL_CHAINS.map((chain) =>
      look(`the chain ${chain.chainId}`, () => transactions(environment[chain.variable])),
    ),
  ];
  return (await Promise.all(looks)).flat();
}

async function look(what: string, find: () => Promise<string[]>): Promise<string[]> {
  try {
    const found = await find();
    return found.length === 0 ? [] : [`${what} has ${found.slice(0, 3).join(", ")}`];
  } catch (error) {
    return [`${what} does not answer: ${(error as Error).message}`];
  }
}

async function cloudResources(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const url = `${environment["CHAINFLEET_LOCAL_CLOUD_CONTROL"]}/resources`;
  const resources = (await json(url)) as { readonly id: string }[];
  return resources.map(({ id }) => `the resource ${id}`);
}

async function deployedStacks(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const headers = { authorization: `token ${environment["PULUMI_ACCESS_TOKEN"]}` };
  const { stacks } = (await json(`${environment["PULUMI_BACKEND_URL"]}/api/user/stacks`, headers)) as {
    readonly stacks: readonly { readonly stackName: string; readonly lastUpdate?: number }[];
  };
  return stacks
    .filter(({ stackName, lastUpdate }) => stackName !== "dev" || lastUpdate !== undefined)
    .map(({ stackName }) => `a deployment of the stack ${stackName}`);
}

/** Every program that uses the local chains sends from the first development account, or sends it something. */
async function transactions(url = ""): Promise<string[]> {
  const [block, count] = await Promise.all([
    rpc<string>(url, "eth_blockNumber", [], TIMEOUT_SECONDS).then(Number),
    rpc<string>(url, "eth_getTransactionCount", [DEPLOYER, "latest"], TIMEOUT_SECONDS).then(Number),
  ]);
  return count === 0 ? [] : [`${count} transactions in ${block} blocks`];
}

/** Anvil's first development account. */
const DEPLOYER = "0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266";

const OF_A_NEW_CLUSTER: readonly string[] = ["default", "kube-node-lease", "kube-public", "kube-system"];

async function namespaces(environment: Readonly<Record<string, string>>): Promise<string[]> {
  const kubeconfig = JSON.parse(readFileSync(environment["CHAINFLEET_KUBECONFIG"] ?? "", "utf8"));
  const { server, "certificate-authority-data": authority } = kubeconfig.clusters[0].cluster;
  const { items } = (await kubernetes(`${server}/api/v1/namespaces`, {
    headers: { authorization: `Bearer ${kubeconfig.users[0].user.token}` },
    ca: Buffer.from(authority, "base64"),
  })) as { readonly items: readonly { readonly metadata: { readonly name: string } }[] };
  return items
    .map(({ metadata: { name } }) => name)
    .filter((name) => !OF_A_NEW_CLUSTER.includes(name))
    .map((name) => `the namespace ${name}`);
}

async function json(url: string, headers: Readonly<Record<string, string>> = {}): Promise<unknown> {
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) });
  if (!response.ok) {
    throw new Error(`${url} answers with the status ${response.status}`);
  }
  return response.json();
}

/** `fetch` takes no certificate authority. */
function kubernetes(url: string, options: https.RequestOptions): Promise<unknown> {
  return new Promise((resolve, reject) => {
    https
      .get(url, { ...options, signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000) }, (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.on("error", reject).on("end", () => {
          if (response.statusCode === 200) {
            resolve(JSON.parse(text));
          } else {
            reject(new Error(`${url} answers with the status ${response.statusCode}`));
          }
        });
      })
      .on("error", reject);
  });
}

const TIMEOUT_SECONDS = 5;
