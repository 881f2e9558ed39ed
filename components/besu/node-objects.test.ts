import * as pulumi from "@pulumi/pulumi";
import { describe, expect, it } from "vitest";
import { registeredResources } from "../../test/dump/registered-resources";
import { KUBERNETES_SECRETS } from "./keys/key-store";
import { BesuNamespace } from "./namespace";
import type { SiteNodeArgs } from "./pod";
import { RpcNodes } from "./rpc-nodes";
import { P2pService, Validator } from "./validator";

/** Registers the RPC nodes and a validator of a region. */
function program(joinsLivingChain = false): void {
  const namespace = new BesuNamespace(
    "eastus",
    { namespaceName: "chain138-eastus", clusterReady: [], monitoringNamespaces: [], loadBalancers: 1 },
    {},
  );
  const shared: SiteNodeArgs = {
    namespace,
    image: "hyperledger/besu:26.9.0",
    cpu: "1",
    memory: "2Gi",
    storage: "10Gi",
    zoneSpread: "DoNotSchedule",
    maxPeers: 100,
    options: {},
    genesisConfigMap: "genesis",
    staticNodesConfigMap: "static-nodes",
  };
  const access = { kubeconfig: pulumi.output("{}") };
  new RpcNodes("eastus", { ...shared, replicas: 2, hosts: ["rpc.example.com"], access, volumeHooks: {} }, {});
  const endpoint = { address: pulumi.output("192.0.2.1"), annotations: {} };
  const objectName = "validator-0";
  new Validator(
    "eastus-validator-0",
    {
      ...shared,
      objectName,
      privateKey: "0x01",
      keys: KUBERNETES_SECRETS.inNamespace("eastus", namespace, {}),
      p2pService: new P2pService(
        "eastus-validator-0",
        { objectName, namespace, endpoint, loadBalancers: 1 },
        {},
      ),
      release: "26.9.0",
      nodes: { nodeSelector: {}, tolerations: [], dependsOn: [] },
      joinsLivingChain,
      updateHooks: {},
      volumeHooks: {},
    },
    {},
  );
}

async function registeredSet(statefulSet: string, joinsLivingChain?: boolean) {
  const resources = await registeredResources(
    { newResource: ({ name }) => ({ id: name, outputs: {} }) },
    () => program(joinsLivingChain),
  );
  return resources.find(({ type, name }) => type.endsWith(":StatefulSet") && name === statefulSet);
}

/** The hosts that the nodes of a StatefulSet accept. Besu answers all other hosts with 403, in RPC and metrics alike. */
async function allowedHosts(statefulSet: string): Promise<readonly string[]> {
  const found = await registeredSet(statefulSet);
  const args: readonly string[] = found?.inputs.spec.template.spec.containers[0].args ?? [];
  const option = "--host-allowlist=";
  return (
    args
      .find((argument) => argument.startsWith(option))
      ?.slice(option.length)
      .split(",") ?? []
  );
}

const namesOf = (service: string) =>
  ["", ".chain138-eastus", ".chain138-eastus.svc", ".chain138-eastus.svc.cluster.local"].map(
    (domain) => `${service}${domain}`,
  );

describe("the hosts that a node accepts", () => {
  it("are for an RPC node its address, every name of its Services, and the names of the config", async () => {
    const hosts = await allowedHosts("eastus-rpc");
    expect(hosts).toEqual([
      "localhost",
      "127.0.0.1",
      "$(POD_IP)",
      ...namesOf("rpc"),
      ...namesOf("rpc-headless"),
      "rpc.example.com",
    ]);
  });

  it("are for a validator its address and every name of its Service, at which its metrics can be scraped", async () => {
    expect(await allowedHosts("eastus-validator-0")).toEqual([
      "localhost",
      "127.0.0.1",
      "$(POD_IP)",
      ...namesOf("validator-0"),
    ]);
  });
});

describe("a validator that joins a living chain", () => {
  it("is not waited for by the plugin, which would give up after ten minutes, while all blocks are imported", async () => {
    const annotations = async (joins: boolean) =>
      (await registeredSet("eastus-validator-0", joins))?.inputs.metadata.annotations;
    expect(await annotations(true)).toEqual({ "pulumi.com/skipAwait": "true" });
    expect(await annotations(false)).toBeUndefined();
  });
});
