import { readdirSync, readFileSync, statSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { alertRules } from "../../components/monitoring/prometheus/rules";
import { Checkout, type KubernetesObject } from "../support/checkout";
import { metricsIn } from "../support/monitoring/promql";
import { ScrapedNetwork } from "../support/monitoring/scraped-network";

const NAMESPACE = "chain138-onprem";

/** A network on one existing cluster with its monitoring; the tests continue with what the ones before them left. */
const checkout = new Checkout(0.2, 11);
checkout.configure(
  { path: ["chainfleet:stack"], value: "network" },
  { path: ["chainfleet:contracts"], value: undefined },
  { path: ["chainfleet:monitoring"], value: {} },
  {
    path: ["chainfleet:regions"],
    value: [
      {
        cloud: "kubernetes",
        name: "onprem",
        kubeconfig: ".chainfleet/local/kubernetes-control-plane/kubeconfig",
        validators: 4,
        rpcNodes: 1,
      },
    ],
  },
);

let scraped: ScrapedNetwork;

beforeAll(async () => {
  const { code, output } = await checkout.up();
  expect(code, output).toBe(0);
  scraped = await ScrapedNetwork.start(checkout, NAMESPACE);
  await vi.waitFor(async () => expect(await scraped.isReady()).toBe(true), {
    timeout: 300_000,
    interval: 200,
  });
});

afterAll(async () => {
  await scraped?.close();
  await checkout.close();
});

const inMonitoring = async (path: string): Promise<KubernetesObject[]> =>
  (await checkout.kubernetes(path.replace("*", `namespaces/${NAMESPACE}-monitoring`))).items;

describe("a monitored network", () => {
  it("has a pod of each program, which Kubernetes' restricted security level admits", async () => {
    const deployments = await inMonitoring("apis/apps/v1/*/deployments");
    expect(deployments.map(({ metadata, status }) => [metadata.name, status.readyReplicas]).sort()).toEqual(
      ["alertmanager", "alloy", "grafana", "loki", "prometheus", "qbft-exporter"].map((name) => [name, 1]),
    );
  });

  it("has nothing that can be reached from outside of the cluster", async () => {
    const services = await inMonitoring("api/v1/*/services");
    expect(services).toHaveLength(6);
    expect(services.map(({ spec }) => spec.type)).toEqual(services.map(() => "ClusterIP"));
    expect(await inMonitoring("apis/networking.k8s.io/v1/*/ingresses")).toEqual([]);
  });

  it("keeps the password of Grafana secret", async () => {
    const [secret] = (await inMonitoring("api/v1/*/secrets")).filter(
      ({ metadata }) => metadata.name === "grafana-admin",
    );
    const password = Buffer.from(secret.data.password, "base64").toString();
    expect(password).toMatch(/^[\w-]{32}$/);
    expect((await checkout.outputs()).monitoring.onprem.grafanaPassword).toBe("[secret]");
    expect(JSON.stringify(await checkout.state())).not.toContain(password);
    const shown = await checkout.pulumi("stack", "output", "--json", "--show-secrets").finished;
    expect(JSON.parse(shown.stdout).monitoring).toEqual({
      onprem: { namespace: `${NAMESPACE}-monitoring`, grafanaPassword: password },
    });
  });

  it("notifies a receiver that is a secret, and refuses one in plain text", async () => {
    checkout.configure({
      path: ["chainfleet:monitoring", "receiver"],
      value: "webhook_configs: [{ url: https://alerts.example.com/plain }]",
    });
    const refused = await checkout.up();
    expect(refused.code).toBe(1);
    expect(refused.output).toContain("monitoring.receiver is in plain text");
    const receiver = "webhook_configs: [{ url: https://alerts.example.com/s3cret }]";
    const set = ["config", "set", "--secret", "--path", "chainfleet:monitoring.receiver", receiver];
    expect((await checkout.pulumi(...set).finished).code).toBe(0);
    const { code, summary, stderr } = await checkout.up();
    expect(code, stderr).toBe(0);
    // The plugin replaces a Secret with other data, and the Deployment that mounts it, whose pod has to read it anew.
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 2, delete: 0 });
    const [secret] = (await inMonitoring("api/v1/*/secrets")).filter(
      ({ metadata }) => metadata.name === "alertmanager-config",
    );
    const config = Buffer.from(secret.data["alertmanager.yml"], "base64").toString();
    expect(config).toContain("https://alerts.example.com/s3cret");
    expect(JSON.stringify(await checkout.state())).not.toContain("s3cret");
    for (const file of readdirSync(checkout.path(".chainfleet/runs"), {
      recursive: true,
      encoding: "utf8",
    })) {
      const path = checkout.path(".chainfleet/runs", file);
      expect(statSync(path).isFile() && readFileSync(path, "utf8").includes("s3cret"), file).toBe(false);
    }
  });

  it("is scraped by Prometheus with the config that was deployed: every node, by its name", async () => {
    await expect
      .poll(
        async () => (await scraped.query('up{job="besu"} == 1')).map(({ metric }) => metric["node"]).sort(),
        {
          timeout: 120_000,
        },
      )
      .toEqual(["onprem-rpc-0", ...[0, 1, 2, 3].map((index) => `onprem-validator-${index}`)]);
    const [height] = await scraped.query("max(ethereum_blockchain_height)");
    await expect
      .poll(async () => Number((await scraped.query("max(ethereum_blockchain_height)"))[0]?.value[1]), {
        timeout: 120_000,
      })
      .toBeGreaterThan(Number(height?.value[1]));
    expect(
      new Set((await scraped.query('ethereum_peer_count{role="validator"}')).map(({ value }) => value[1])),
    ).toEqual(new Set(["4"]));
  });

  it("tells through the exporter that all of its validators sign", async () => {
    await expect
      .poll(
        async () =>
          (await scraped.query("qbft_validator_signing"))
            .map(({ metric, value }) => [metric["validator"], value[1]])
            .sort(),
        { timeout: 120_000 },
      )
      .toEqual([0, 1, 2, 3].map((index) => [`onprem-validator-${index}`, "1"]));
    expect(Number((await scraped.query("qbft_validators_signing - qbft_quorum"))[0]?.value[1])).toBe(1);
  });

  it("has rules that Prometheus evaluates, and no alert about its nodes", async () => {
    const expected = alertRules({
      validators: 4,
      blockPeriodSeconds: 2,
      requestTimeoutSeconds: 4,
      namespaces: [],
    });
    const names = expected.groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    await expect
      .poll(
        async () =>
          (await scraped.rules())
            .filter(({ health }) => health === "ok")
            .map(({ name }) => name)
            .sort(),
        {
          timeout: 120_000,
        },
      )
      .toEqual(names.sort());
    expect((await scraped.rules()).filter(({ state }) => state === "firing").map(({ name }) => name)).toEqual(
      [],
    );
  });

  it("has dashboards whose queries Prometheus answers, each with a value for what a local node has", async () => {
    const known = new Set(
      (await scraped.query('count by (__name__) ({job=~"besu|qbft",alertname=""})')).map(
        ({ metric }) => metric["__name__"],
      ),
    );
    const { data } = await checkout.kubernetes(
      `api/v1/namespaces/${NAMESPACE}-monitoring/configmaps/grafana-config`,
    );
    const queries = ["dashboards.network.json", "dashboards.nodes.json"].flatMap((file) =>
      JSON.parse(data[file]).panels.flatMap(({ targets }: KubernetesObject) =>
        targets.flatMap(({ expr, datasource }: KubernetesObject) =>
          datasource.type === "prometheus" ? [expr] : [],
        ),
      ),
    ) as string[];
    expect(queries.length).toBeGreaterThan(20);
    const results = async () =>
      Promise.all(
        queries.map(async (query) => ({
          query,
          series: await scraped.query(query.replaceAll("$node", ".*")),
        })),
      );
    await vi.waitFor(
      async () => {
        const empty = (await results()).filter(({ series }) => series.length === 0).map(({ query }) => query);
        expect(empty.filter((query) => metricsIn(query).every((metric) => known.has(metric)))).toEqual([]);
      },
      { timeout: 120_000, interval: 1000 },
    );
  });

  it("is left as it is by the next run", async () => {
    const { summary } = await checkout.up();
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0, delete: 0 });
  });

  it("loses its monitoring without any change to its nodes", async () => {
    checkout.configure({ path: ["chainfleet:monitoring"], value: undefined });
    const { code, summary, stderr } = await checkout.up();
    expect(code, stderr).toBe(0);
    expect(summary.changes).toMatchObject({ create: 0, update: 0, replace: 0 });
    const namespaces = await checkout.objects("api/v1/namespaces");
    expect(namespaces.map(({ metadata }) => metadata.name)).not.toContain(`${NAMESPACE}-monitoring`);
    const roles = await checkout.objects("apis/rbac.authorization.k8s.io/v1/clusterroles");
    expect(roles.filter(({ metadata }) => metadata.name.startsWith(NAMESPACE))).toEqual([]);
  });
});
