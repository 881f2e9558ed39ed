import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { crashTolerance } from "../../components/besu/quorum";
import { alertRules } from "../../components/monitoring/prometheus/rules";
import { SCRAPE_INTERVAL_SECONDS } from "../../components/monitoring/prometheus/scrape-interval";
import { AlertScenario, type InputSeries } from "../support/monitoring/alert-scenario";
import { type Program, prometheusProgram } from "../support/monitoring/prometheus";

const run = promisify(execFile);

/** `promtool` runs the rules on what Prometheus would have recorded of simulated networks. */
describe("the alert rules", () => {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-alerts-"));
  const tested = new Set<string>();
  let promtool: Program;

  beforeAll(async () => {
    promtool = await prometheusProgram("promtool");
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it.each([4, 10, 48])(
    "are quiet on a healthy chain of %i validators, from its first block on",
    async (size) => {
      const scenario = await new AlertScenario(size).pass(20);
      await expectFiring(size, scenario.inputSeries, { 1: [], 5: [], 10: [], 19: [] });
    },
  );

  it("tell of a validator that crashed, and are quiet again after it is back", async () => {
    const scenario = await new AlertScenario(10).pass(20);
    scenario.crash(3);
    await scenario.pass(20);
    scenario.restart(3);
    await scenario.pass(25);
    await expectFiring(10, scenario.inputSeries, {
      19: [],
      // A quorum of the others makes blocks, in a second round whenever it is the lost one's turn.
      35: ["NodeDown", "RoundChanges", "ValidatorNotSigning"],
      64: [],
    });
  });

  it("tell that no further validator may be lost, before one more is", async () => {
    const scenario = await new AlertScenario(10).pass(20);
    for (let index = 0; index < crashTolerance(10); index += 1) {
      scenario.remove(index);
    }
    await scenario.pass(20);
    await expectFiring(10, scenario.inputSeries, {
      19: [],
      39: ["QuorumMarginZero", "RoundChanges", "ValidatorNotSigning"],
    });
  });

  it("tell that the chain has halted", async () => {
    const scenario = await new AlertScenario(10).pass(20);
    for (let index = 0; index <= crashTolerance(10); index += 1) {
      scenario.crash(index);
    }
    await scenario.pass(10);
    await expectFiring(10, scenario.inputSeries, { 19: [], 22: ["ChainStalled"] }, ["ChainStalled"]);
  });

  it("tell of a validator that has lost its peers", async () => {
    const scenario = await new AlertScenario(10).pass(20);
    scenario.isolate(7);
    await scenario.pass(20);
    await expectFiring(10, scenario.inputSeries, {
      19: [],
      39: ["NodeBehind", "PeersLow", "RoundChanges", "ValidatorNotSigning"],
    });
  });

  it("tell that nobody observes the consensus", async () => {
    const scenario = await new AlertScenario(4).pass(10);
    scenario.exporterRuns = false;
    await scenario.pass(10);
    await expectFiring(4, scenario.inputSeries, { 9: [], 19: ["ConsensusNotObserved"] });
  });

  it("tell that nobody observes the volumes", async () => {
    const scenario = await new AlertScenario(4).pass(10);
    scenario.kubeletsAnswer = false;
    await scenario.pass(15);
    await expectFiring(4, scenario.inputSeries, { 9: [], 24: ["VolumesNotObserved"] });
  });

  it("tell that the region has no nodes", async () => {
    const scenario = await new AlertScenario(4).pass(10);
    for (let index = 0; index < 4; index += 1) {
      scenario.remove(index);
    }
    await scenario.pass(10);
    await expectFiring(4, scenario.inputSeries, { 9: [], 19: ["ConsensusNotObserved", "NodesNotScraped"] });
  });

  it("tell of a part of the monitoring that is down", async () => {
    const scenario = await new AlertScenario(4).pass(20);
    const series = scenario.with('up{job="monitoring",instance="loki:3100"}', (at) => (at < 600 ? 1 : 0));
    await expectFiring(4, series, { 9: [], 19: ["MonitoringDown"] });
  });

  it.each([
    { alert: "DiskSpaceLow", free: () => 14 },
    // In 40 minutes from 40 to 39 of 100 GiB: less than three days are left.
    { alert: "DiskFullSoon", free: (at: number) => 40 - at / 2400 },
  ])("tell of a volume: $alert", async ({ alert, free }) => {
    const scenario = await new AlertScenario(4).pass(80);
    const labels = `{namespace="${NAMESPACE}",persistentvolumeclaim="validator-0-data"}`;
    const other = '{namespace="other",persistentvolumeclaim="data"}';
    const gib = 2 ** 30;
    const series = [
      ...scenario.with(`kubelet_volume_stats_available_bytes${labels}`, (at) => free(at) * gib),
      ...volume(`kubelet_volume_stats_capacity_bytes${labels}`, 100 * gib),
      // A full volume of somebody else.
      ...volume(`kubelet_volume_stats_available_bytes${other}`, 0),
      ...volume(`kubelet_volume_stats_capacity_bytes${other}`, 100 * gib),
    ];
    await expectFiring(4, series, { 5: [], 79: [alert] });
  });

  it("are quiet on volumes that fill slowly", async () => {
    const scenario = await new AlertScenario(4).pass(80);
    const labels = `{namespace="${NAMESPACE}",persistentvolumeclaim="validator-0-data"}`;
    // One of 100 GiB in three hours: 60 GiB are left after five days.
    const series = [
      ...scenario.with(
        `kubelet_volume_stats_available_bytes${labels}`,
        (at) => (100 - at / 10_800) * 2 ** 30,
      ),
      ...volume(`kubelet_volume_stats_capacity_bytes${labels}`, 100 * 2 ** 30),
    ];
    await expectFiring(4, series, { 79: [] });
  });

  it("have all been seen firing", () => {
    const all = rulesOf(4).groups.flatMap(({ rules }) => rules.map(({ alert }) => alert));
    expect([...tested].sort()).toEqual(all.sort());
  });

  /**
   * @param firing by minute: the names of all alerts that fire then.
   * @param only of these alerts, others are not looked at.
   */
  async function expectFiring(
    validators: number,
    series: readonly InputSeries[],
    firing: Readonly<Record<number, readonly string[]>>,
    only: readonly string[] = [],
  ): Promise<void> {
    const rules = join(folder, "rules.json");
    const tests = join(folder, "tests.json");
    writeFileSync(rules, JSON.stringify(rulesOf(validators)));
    const names = only.length === 0 ? "" : `,alertname=~"${only.join("|")}"`;
    const promqlTests = Object.entries(firing).map(([minute, alerts]) => ({
      eval_time: `${minute}m`,
      expr: `count by (alertname) (ALERTS{alertstate="firing"${names}}) > bool 0`,
      exp_samples: alerts.map((alertname) => ({ labels: `{alertname="${alertname}"}`, value: 1 })),
    }));
    writeFileSync(
      tests,
      JSON.stringify({
        rule_files: [rules],
        evaluation_interval: `${SCRAPE_INTERVAL_SECONDS}s`,
        tests: [
          { interval: `${SCRAPE_INTERVAL_SECONDS}s`, input_series: series, promql_expr_test: promqlTests },
        ],
      }),
    );
    const env = { ...process.env, ...promtool.environment };
    await run(promtool.path, ["check", "rules", rules], { env });
    await run(promtool.path, ["test", "rules", tests], { env, maxBuffer: 64 * 2 ** 20 });
    for (const alert of Object.values(firing).flat()) {
      tested.add(alert);
    }
  }
});

const NAMESPACE = "chain138-eastus";

function rulesOf(validators: number) {
  return alertRules({
    validators,
    blockPeriodSeconds: 2,
    requestTimeoutSeconds: 4,
    namespaces: [NAMESPACE, `${NAMESPACE}-monitoring`],
  });
}

/** A series with one value for all of the 80 minutes. */
function volume(series: string, value: number): InputSeries[] {
  return [{ series, values: `${value}x${(80 * 60) / SCRAPE_INTERVAL_SECONDS}` }];
}
