import { readFileSync } from "node:fs";
import Table from "cli-table3";
import { Command } from "commander";
import type { ListedResource } from "./control";
import type { FaultScript } from "./engine/faults";
import type { OperationStatistics } from "./engine/statistics";

const address = process.env.CHAINFLEET_LOCAL_CLOUD_CONTROL;

const program = new Command("cloud").description(
  "Looks into the local simulated cloud (its control API: CHAINFLEET_LOCAL_CLOUD_CONTROL=http://127.0.0.1:port).",
);

program
  .command("resources")
  .description("every resource with its state")
  .option("--json", "as JSON")
  .action(async ({ json }: { json?: true }) => {
    const resources = await ask<ListedResource[]>("GET", "/resources");
    if (json) {
      return print(resources);
    }
    const rows = resources
      .toSorted((a, b) => (a.id < b.id ? -1 : 1))
      .map(({ state, type, location, id }) => [state, type, location, id]);
    show(["state", "type", "location", "id"], rows);
  });

const faults = program.command("faults").description("the script of faults to inject");
faults
  .command("list")
  .description("the script, with how often each fault was met")
  .option("--json", "as JSON")
  .action(async ({ json }: { json?: true }) => {
    const script = await ask<FaultScript & { met: number[] }>("GET", "/faults");
    if (json) {
      return print(script);
    }
    const rows = script.faults.map(({ match, action, times, ...rest }, i) => [
      action,
      Object.entries(match)
        .map(([key, glob]) => `${key}=${glob}`)
        .join(" ") || "everything",
      `${script.met[i] ?? 0} of ${times ?? "any"}`,
      Object.entries(rest)
        .map(([key, value]) => `${key}=${value}`)
        .join(" "),
    ]);
    show(["action", "match", "met", "more"], rows);
  });
faults
  .command("set <file>")
  .description("replaces the script: JSON, a list of faults or {seed, faults}; - reads standard input")
  .action(async (file: string) => {
    const text = readFileSync(file === "-" ? 0 : file, "utf8");
    const script = await ask<FaultScript>("PUT", "/faults", text);
    console.log(`${script.faults.length} fault(s) set, seed ${script.seed}`);
  });
faults
  .command("clear")
  .description("no faults any more")
  .action(async () => {
    await ask("PUT", "/faults", "[]");
    console.log("no faults are set");
  });

program
  .command("statistics")
  .description("calls, throttles, retries and errors since the cloud was started")
  .option("--json", "as JSON")
  .action(async ({ json }: { json?: true }) => {
    const report = await ask<{
      total: OperationStatistics;
      operations: Record<string, OperationStatistics>;
    }>("GET", "/statistics");
    if (json) {
      return print(report);
    }
    const rows = [...Object.entries(report.operations), ["total", report.total] as const];
    show(
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

async function ask<Answer>(method: string, path: string, text?: string): Promise<Answer> {
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

function show(head: string[], rows: readonly (readonly (string | number)[])[]): void {
  const table = new Table({ head, style: { head: [], border: [] } });
  table.push(...rows.map((row) => [...row]));
  console.log(table.toString());
}

function print(value: unknown): void {
  console.log(JSON.stringify(value, undefined, 2));
}

program.parseAsync().catch((error: unknown) => {
  console.error(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
});
