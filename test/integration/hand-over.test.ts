import { type KubeConfig, KubernetesObjectApi, PatchStrategy } from "@kubernetes/client-node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { clientConfig } from "../../components/cluster/client-config";
import { handOverIn } from "../../scripts/keys/hand-over";
import { Checkout } from "../support/checkout";

/** Objects as two runs with different states apply them to a real API server; the tests continue with what the ones before left. */
const checkout = new Checkout(0.002, 19);
const [LOST, RECOVERED] = ["pulumi-kubernetes-0a1b2c3d", "pulumi-kubernetes-4e5f6071"];
const NAMESPACE = "chain138-north";
let config: KubeConfig;

beforeAll(async () => {
  const { code, output } = await checkout.onTarget("true").finished;
  expect(code, output).toBe(0);
  config = clientConfig({
    kubeconfig: checkout.path(".chainfleet/local/kubernetes-control-plane/kubeconfig"),
  });
});

afterAll(() => checkout.close());

/** Applies an object as the Kubernetes plugin does, without force. */
async function apply(manager: string, object: object): Promise<number> {
  const api = config.makeApiClient(KubernetesObjectApi);
  const spec = object as Parameters<typeof api.patch>[0];
  return api
    .patch(spec, undefined, undefined, manager, false, PatchStrategy.ServerSideApply)
    .then(() => 200)
    .catch(({ code }) => code);
}

const namespace = {
  apiVersion: "v1",
  kind: "Namespace",
  metadata: { name: NAMESPACE, labels: { app: "besu" } },
};
const staticNodes = (content: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "static-nodes", namespace: NAMESPACE },
  data: { "static-nodes.json": content },
});

it("another state's run is refused what the lost state's run has applied", async () => {
  expect(await apply(LOST, namespace)).toBe(200);
  expect(await apply(LOST, staticNodes("[1]"))).toBe(200);
  expect(await apply(RECOVERED, staticNodes("[2]"))).toBe(409);
  // What is equal is taken over, but both own the fields, so that the next change is refused.
  expect(await apply(RECOVERED, staticNodes("[1]"))).toBe(200);
  expect(await apply(RECOVERED, staticNodes("[2]"))).toBe(409);
});

it("it may change everything once the objects are handed over, which finds nothing to do a second time", async () => {
  expect(await handOverIn(config, NAMESPACE, new Set([RECOVERED]))).toBe(2);
  expect(await apply(RECOVERED, staticNodes("[2]"))).toBe(200);
  expect(await handOverIn(config, NAMESPACE, new Set([RECOVERED]))).toBe(0);
});

it("an object that nobody else owns is handed over too", async () => {
  expect(await handOverIn(config, NAMESPACE, new Set())).toBe(1);
  expect(await apply("pulumi-kubernetes-ffffffff", staticNodes("[3]"))).toBe(200);
});
