import { describe, expect, it } from "vitest";
import { ConfigError } from "../config-error";
import { readConfig } from "../read";

const REGIONS = [{ cloud: "azure", name: "eastus", validators: 4 }];

const read = (monitoring: object, more: Readonly<Record<string, unknown>> = {}) =>
  readConfig(
    Object.fromEntries(
      Object.entries({ regions: REGIONS, ...more, monitoring }).map(([key, value]) => [
        key,
        typeof value === "string" ? value : JSON.stringify(value),
      ]),
    ),
    "Pulumi.test.yaml",
  );

function findings(monitoring: object, more: Readonly<Record<string, unknown>> = {}): string[] {
  try {
    read(monitoring, more);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) {
      return error.findings.map(({ key, problem }) => `${key} ${problem}`);
    }
    throw error;
  }
}

describe("monitoring", () => {
  it("is off by default, and an empty object takes all defaults", () => {
    expect(readConfig({ regions: JSON.stringify(REGIONS) }, "Pulumi.test.yaml").monitoring).toBeUndefined();
    expect(read({}).monitoring).toEqual({
      metrics: { days: 15, storage: "20Gi" },
      logs: { days: 7, storage: "20Gi" },
      registry: "docker.io",
    });
  });

  it("takes the receivers that Alertmanager has", () => {
    const receiver =
      "webhook_configs:\n  - url: https://alerts.example.com/token\nslack_configs: [{ channel: ops }]";
    expect(read({ receiver }).monitoring?.receiver).toEqual({
      webhook_configs: [{ url: "https://alerts.example.com/token" }],
      slack_configs: [{ channel: "ops" }],
    });
  });

  it.each([
    ["https://alerts.example.com/token", "must be an Alertmanager receiver in YAML"],
    ["webhook_configs: [", "must be an Alertmanager receiver in YAML"],
    ["name: ops\nwebhook_configs: [{ url: https://token }]", "must not have a name"],
    [
      "webhok_configs: [{ url: https://token }]",
      'has a key that no Alertmanager receiver has; did you mean "webhook_configs"?',
    ],
    ["webhook_configs: { url: https://token }", "must have a list of integrations under each key"],
    ["{}", "must have a list of integrations under each key"],
  ])("refuses the receiver %j without quoting what may be a secret", (receiver, problem) => {
    const found = findings({ receiver });
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(`monitoring.receiver ${problem}`);
    expect(found[0]).not.toContain("token");
  });

  it("tells all findings at once", () => {
    expect(
      findings({ metrics: { days: 0, storage: "20 GB" }, logs: { day: 3 }, registry: "https://docker.io" }),
    ).toEqual([
      expect.stringContaining("monitoring.metrics.days"),
      expect.stringContaining("monitoring.metrics.storage"),
      expect.stringContaining("monitoring.logs.day"),
      expect.stringContaining("monitoring.registry"),
    ]);
  });

  it("belongs to a stack with a network", () => {
    expect(findings({}, { stack: "contracts", contracts: { chains: {} } })).toContainEqual(
      expect.stringContaining("monitoring would monitor nothing"),
    );
  });

  it("refuses a region whose nodes would be in the namespace of another region's monitoring", () => {
    const regions = [...REGIONS, { cloud: "azure", name: "eastus-monitoring", location: "westus2" }];
    expect(findings({}, { regions })).toEqual([
      'regions[1].name is "eastus-monitoring", and the namespace of its nodes would be that of the monitoring of regions[0]; choose another name',
    ]);
  });
});
