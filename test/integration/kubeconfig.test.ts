import { appendFileSync, cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { afterAll, expect, it } from "vitest";
import { Checkout, type KubernetesObject, type RunResult } from "../support/checkout";
import { summaryIn } from "../support/summary-output";

const checkout = new Checkout(0.002, 5);
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  {
    path: ["chainfleet:regions"],
    value: [
      { cloud: "azure", name: "westeurope", validators: 2, rpcNodes: 0 },
      { cloud: "aws", name: "us-west-2", validators: 1, rpcNodes: 0 },
      {
        cloud: "kubernetes",
        name: "onprem",
        validators: 1,
        rpcNodes: 0,
        p2pAddresses: ["198.51.100.10"],
        kubeconfig: "~/clusters/onprem.yaml",
      },
    ],
  },
);
afterAll(() => checkout.close());

const LOCAL = ".chainfleet/local/kubernetes-control-plane";

/** `chainfleet up` of a person with this home folder. */
async function upFrom(home: string): Promise<RunResult> {
  const finished = await checkout.onTarget(
    "env",
    "--unset=CHAINFLEET_KUBECONFIG",
    `HOME=${checkout.path(home)}`,
    "bin/chainfleet",
    ...["up", "--stack", "dev", "--json"],
  ).finished;
  return { ...finished, summary: summaryIn(finished) };
}

const statefulSets = async () =>
  (await checkout.objects("apis/apps/v1/statefulsets"))
    .map(({ metadata }: KubernetesObject) => `${metadata.namespace} ${metadata.name} ${metadata.uid}`)
    .sort();

const NO_REPLACEMENT = { create: 0, replace: 0, delete: 0 };

it("a network is operated by a second person whose kubeconfig is in another home folder", async () => {
  checkout.environment();
  mkdirSync(checkout.path("home/ada/clusters"), { recursive: true });
  cpSync(checkout.path(`${LOCAL}/kubeconfig`), checkout.path("home/ada/clusters/onprem.yaml"));
  const first = await upFrom("home/ada");
  expect(first.code, first.output).toBe(0);
  const nodes = await statefulSets();
  expect(nodes).toHaveLength(4);

  renameSync(checkout.path("home/ada"), checkout.path("home/grace"));
  const second = await upFrom("home/grace");
  expect(second.code, second.output).toBe(0);
  expect(second.summary.changes, second.output).toMatchObject({ ...NO_REPLACEMENT, update: 0 });
  expect(await statefulSets()).toEqual(nodes);
});

it("a cluster that gets another address keeps its nodes and their data", async () => {
  const nodes = await statefulSets();
  const file = checkout.path("home/grace/clusters/onprem.yaml");
  writeFileSync(file, readFileSync(file, "utf8").replace("127.0.0.1", "localhost"));
  const { code, output, summary } = await upFrom("home/grace");
  expect(code, output).toBe(0);
  expect(summary.changes, output).toMatchObject(NO_REPLACEMENT);
  expect(await statefulSets()).toEqual(nodes);
});

it("a cluster whose certificate authority is rotated keeps its nodes and their data", async () => {
  const nodes = await statefulSets();
  // As during a rotation, clients trust the old authority and the new one.
  const another = readFileSync(checkout.path(`${LOCAL}/ca.crt`), "utf8");
  appendFileSync(checkout.path(`${LOCAL}/ca.crt`), another);
  const { code, output, summary } = await upFrom("home/grace");
  expect(code, output).toBe(0);
  expect(summary.changes, output).toMatchObject(NO_REPLACEMENT);
  expect(await statefulSets()).toEqual(nodes);
});
