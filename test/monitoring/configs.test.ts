import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { alertmanagerConfig } from "../../components/monitoring/alertmanager/alertmanager-config";
import { alloyConfig } from "../../components/monitoring/logs/alloy-config";
import { lokiConfig } from "../../components/monitoring/logs/loki-config";
import { prometheusConfig } from "../../components/monitoring/prometheus/prometheus-config";
import { type Program, prometheusProgram } from "../support/monitoring/prometheus";

const run = promisify(execFile);

const place = {
  network: "chain138",
  region: "eastus",
  besuNamespace: "chain138-eastus",
  monitoringNamespace: "chain138-eastus-monitoring",
};

/** The programs themselves say whether they take the configs. */
describe("the configs", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-configs-"));

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function check({ path, environment }: Program, args: readonly string[], config: object) {
    const file = join(folder, "config.yml");
    writeFileSync(file, stringify(config));
    return run(path, [...args, file], { env: { ...process.env, ...environment } });
  }

  // Debian's package of Prometheus is built without the discovery in Kubernetes.
  it("of Prometheus is valid, apart from the discovery in Kubernetes", async () => {
    const { scrape_configs, ...config } = prometheusConfig(place);
    const { stdout } = await check(
      await prometheusProgram("promtool"),
      ["check", "config", "--syntax-only"],
      {
        ...config,
        scrape_configs: scrape_configs.map((job) => ({ ...job, kubernetes_sd_configs: undefined })),
      },
    );
    expect(stdout).toContain("is valid prometheus config file syntax");
  });

  it.each([
    ["without a receiver", undefined],
    ["with a receiver", { webhook_configs: [{ url: "https://alerts.example.com/token" }] }],
  ])("of Alertmanager is valid %s", async (_, receiver) => {
    const { stdout } = await check(
      await prometheusProgram("amtool"),
      ["check-config"],
      alertmanagerConfig(receiver),
    );
    expect(stdout).toContain("SUCCESS");
  });

  it("of Alertmanager makes one incident of an alert about the chain, whichever region tells it", () => {
    const { group_by } = alertmanagerConfig(undefined).route;
    const { alert_relabel_configs: relabelling } = prometheusConfig(place).alerting;
    expect(group_by).toContain("region");
    expect(relabelling).toEqual([
      { source_labels: ["scope"], regex: "chain", target_label: "region", replacement: "" },
    ]);
  });

  it("of Alloy and Loki are those that were reviewed", () => {
    expect(`${alloyConfig(place)}\n---\n${stringify(lokiConfig(7))}`).toBe(
      readFileSync(join(__dirname, "logs.expected"), "utf8"),
    );
  });
});
