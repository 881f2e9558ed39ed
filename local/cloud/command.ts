import { readFileSync } from "node:fs";
import Table from "cli-table3";
import { Command } from "commander";
import type { ListedResource } from "./control";
import type { FaultScript } from "./engine/conditions/faults";
import type { OperationStatistics } from "./engine/conditions/statistics";

const address = process.env.CHAINFLEET_LOCAL_CLOUD_CONTROL;

const program = new Command("cloud").description(
  "Inspects the local simulated cloud through its control API (CHAINFLEET_LOCAL_CLOUD_CONTROL=http://127.0.0.1:port).",
);

program
  .command("resources")
  .description("lists every resource with its state")
  .option("--json", "prints JSON")
  .action(async ({ json }: { json?: true }) => {
    const resources = await request<ListedResource[]>("GET", "/resources");
    if (json) {
      return printJson(resources);
    }
    const rows = resources
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ state, type, location, id }) => [state, type, location, id]);
    printTable(["state", "type", "location", "id"], rows);
  });

const faults = program.command("faults").description("the script of faults that the cloud injects");
faults
  .command("list")
  .description("prints the script with the number of times each fault was injected")
  .option("--json", "prints JSON")
  .action(async ({ json }: { json?: true }) => {
    const script = await request<FaultScript & { met: number[] }>("GET", "/faults");
    if (json) {
      return printJson(script);
    }
    const rows = script.faults.map(({ match, action, times, ...settings }, i) => [
      action,
      Object.entries(match)
        .map(([key, glob]) => `${key}=${glob}`)
        .join(" ") || "everything",
      `${script.met[i] ?? 0} of ${times ?? "any"}`,
      Object.entries(settings)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    ]);
    printTable(["action", "match", "met", "settings"], rows);
  });
faults
  .command("set <file>")
  .description("replaces the script with JSON, a list of faults or {seed, faults}; - reads standard input")
  .action(async (file: string) => {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    const script = await request<FaultScript>("PUT", "/faults", text);
    console.log(`${script.faults.length} fault(s) set, seed ${script.seed}`);
  });
faults
  .command("clear")
  .description("removes all faults")
  .action(async () => {
    await request("PUT", "/faults", "[]");
    console.log("no faults are set");
  });

program
  .command("statistics")
  .description("prints calls, throttles, retries and errors since the cloud started")
  .option("--json", "prints JSON")
  .action(async ({ json }: { json?: true }) => {
    const report = await request<{
      total: OperationStatistics;
      operations: Record<string, OperationStatistics>;
    }>("GET", "/statistics");
    if (json) {
      return printJson(report);
    }
    const rows = [...Object.entries(report.operations), ["total", report.total] as const];
    printTable(
      ["operation", "calls", "throttles", "retries", "errors"],
      rows.map(([operation, counts]) => [
        operation,
        counts.calls,
        counts.throttles,
        counts.retries,
        counts.errors,
      ]),
    );
  });

async function request<Answer>(method: string, path: string, text?: string): Promise<Answer> {
  if (address === undefined) {
    throw new Error(
      "CHAINFLEET_LOCAL_CLOUD_CONTROL is not set: it names the control API of the running local cloud " +
        "(http://127.0.0.1:port)",
    );
  }
  const response = await fetch(
    new URL(path, address),
    text === undefined ? { method } : { method, body: text },
  ).catch((error: unknown) => {
    throw new Error(`the local cloud does not answer at ${address}; is it running?`, { cause: error });
  });
  const answer = (await response.json()) as Answer & { error?: string };
  if (!response.ok) {
    throw new Error(answer.error ?? `${method} ${path} answered ${response.status}`);
  }
  return answer;
}

function printTable(head: string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

function printJson(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
