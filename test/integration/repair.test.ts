import { AppsV1Api, CoreV1Api, PatchStrategy, setHeaderOptions, type V1Pod } from "@kubernetes/client-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { clientConfig } from "../../components/cluster/client-config";
import { configureTwoClusters } from "../support/besu/lost-network";
import { Checkout } from "../support/checkout";

/** A network of four validators, of which three must sign; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.002, 17);
const NAMESPACES = ["chain138-north", "chain138-south"];

configureTwoClusters(checkout);

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
});

afterAll(() => checkout.close());

const access = () => ({
  kubeconfig: checkout.path(".chainfleet/local/kubernetes-control-plane/kubeconfig"),
});

async function pods(): Promise<V1Pod[]> {
  const core = clientConfig(access()).makeApiClient(CoreV1Api);
  const lists = await Promise.all(NAMESPACES.map((namespace) => core.listNamespacedPod({ namespace })));
  return lists.flatMap(({ items }) => items);
}

const isReady = ({ status }: V1Pod) =>
  status?.conditions?.some(({ type, status: value }) => type === "Ready" && value === "True") === true;

/**
 * Rolls a template out whose pods never start, and sets the template back: the StatefulSet's controller waits for the broken pod
 * all the same (https://kubernetes.io/docs/concepts/workloads/controllers/statefulset/#forced-rollback).
 */
async function breakValidators(...broken: readonly (readonly [namespace: string, name: string])[]) {
  const apps = clientConfig(access()).makeApiClient(AppsV1Api);
  const annotate = async (value: string | null) => {
    for (const [namespace, name] of broken) {
      await apps.patchNamespacedStatefulSet(
        {
          namespace,
          name,
          fieldManager: "somebody",
          body: {
            spec: { template: { metadata: { annotations: { "chainfleet.local/never-ready": value } } } },
          },
        },
        setHeaderOptions("Content-Type", PatchStrategy.MergePatch),
      );
    }
  };
  await annotate("true");
  await expect
    .poll(async () => (await pods()).filter((pod) => !isReady(pod)).length, { timeout: 60_000 })
    .toBe(broken.length);
  await annotate(null);
}

async function updateTo(release: string) {
  checkout.configure({ path: ["chainfleet:besu", "image"], value: `hyperledger/besu:${release}` });
  return checkout.chainfleet("up", "--stack", "dev").finished;
}

async function expectAllRun(release: string) {
  const all = await pods();
  expect(all.map(({ spec }) => spec?.containers[0]?.image)).toEqual(
    Array.from({ length: 4 }, () => `hyperledger/besu:${release}`),
  );
  expect(all.every(isReady)).toBe(true);
}

describe("a chain that has stopped", () => {
  it("is told in the preview that the validators which are down go first", async () => {
    await breakValidators(["chain138-north", "validator-1"], ["chain138-south", "validator-1"]);
    checkout.configure({ path: ["chainfleet:besu", "image"], value: "hyperledger/besu:26.8.1" });
    const { code, output } = await checkout.pulumi("preview").finished;
    expect(code, output).toBe(0);
    expect(output.replaceAll(/\s+/g, " ")).toContain(
      "north-validator-1 and south-validator-1 are down already and go first, which costs the chain nothing",
    );
  });

  it("is repaired by up: the validators that are down go first, and the others follow when it makes blocks", async () => {
    const { code, output } = await updateTo("26.8.1");
    expect(code, output).toBe(0);
    expect(output).toContain("north-validator-1 does not run");
    await expectAllRun("26.8.1");
  });

  it("is repaired by up when not a single validator runs", async () => {
    await breakValidators(
      ...NAMESPACES.flatMap((namespace) =>
        ["validator-0", "validator-1"].map((name) => [namespace, name] as const),
      ),
    );
    const { code, output } = await updateTo("26.9.0");
    expect(code, output).toBe(0);
    await expectAllRun("26.9.0");
  });
});
