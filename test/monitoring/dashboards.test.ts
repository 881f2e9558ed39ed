import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { dashboards } from "../../components/monitoring/grafana/dashboards";
import { DATA_SOURCES } from "../../components/monitoring/grafana/panel";
import { alertRules } from "../../components/monitoring/prometheus/rules";
import { PROJECT_ROOT } from "../../components/root";
import { AlertScenario } from "../support/monitoring/alert-scenario";
import { metricsIn } from "../support/monitoring/promql";

interface Panel {
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly targets: readonly { readonly expr: string; readonly datasource: { readonly uid: string } }[];
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly { readonly query: { readonly query: string } }[] };
}

const all = Object.values(
  dashboards({
    network: "chain138",
    region: "eastus",
    besuNamespace: "chain138-eastus",
    blockPeriodSeconds: 2,
    requestTimeoutSeconds: 4,
  }),
) as Dashboard[];

/** Metrics that no simulated node has, and where their names come from. */
const { sources } = JSON.parse(
  readFileSync(join(PROJECT_ROOT, "test/vectors/metric-names.json"), "utf8"),
) as { readonly sources: readonly { readonly source: string; readonly metrics: readonly string[] }[] };

/** The metrics that local nodes and the exporter serve. */
async function servedMetrics(): Promise<Set<string>> {
  const scenario = await new AlertScenario(4).pass(2);
  return new Set(scenario.inputSeries.map(({ series }) => series.replace(/\{.*/, "")));
}

describe("the metrics of a query", () => {
  it("are its names without functions, labels, keywords and ranges", () => {
    expect(
      metricsIn(
        'max(up{job="besu",node=~"a|b"}) - on (pod) group_right () sum by (node) (rate(x_total[5m])) > bool 3 or vector(0)',
      ),
    ).toEqual(["up", "x_total"]);
  });
});

describe("dashboards and rules", () => {
  it("query only metrics that Besu, the exporter, the kubelets or Prometheus itself have", async () => {
    const known = new Set([...(await servedMetrics()), ...sources.flatMap(({ metrics }) => metrics)]);
    const queries = [
      ...all.flatMap(({ panels, templating }) => [
        ...panels.flatMap(({ targets }) =>
          targets.flatMap(({ expr, datasource }) => (datasource.uid === DATA_SOURCES.metrics ? [expr] : [])),
        ),
        ...templating.list.map(
          ({ query }) => /^label_values\((.*), \w+\)$/.exec(query.query)?.[1] ?? "unknown",
        ),
      ]),
      ...alertRules({
        validators: 10,
        blockPeriodSeconds: 2,
        requestTimeoutSeconds: 4,
        namespaces: ["chain138-eastus"],
      }).groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    ];
    const unknown = queries.flatMap((query) =>
      metricsIn(query).flatMap((metric) => (known.has(metric) ? [] : [`${metric} in ${query}`])),
    );
    expect(unknown).toEqual([]);
  });

  it("use every metric of the list of sources", () => {
    const text = JSON.stringify([
      all,
      alertRules({ validators: 4, blockPeriodSeconds: 2, requestTimeoutSeconds: 4, namespaces: [] }),
    ]);
    for (const { metrics, source } of sources) {
      expect(
        metrics.filter((metric) => !text.includes(metric)),
        source,
      ).toEqual([]);
    }
  });
});

describe("each dashboard", () => {
  it.each(all)("$uid has panels that do not overlap, in 24 columns", ({ panels }) => {
    const cells = new Set<string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x += 1) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y += 1) {
          expect(cells, title).not.toContain(`${x} ${y}`);
          cells.add(`${x} ${y}`);
        }
      }
    }
  });

  it("has an address and panels of its own", () => {
    expect(new Set(all.map(({ uid }) => uid)).size).toBe(all.length);
    for (const { panels } of all) {
      expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    }
  });
});
