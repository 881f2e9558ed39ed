import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus } from "node:os";
import { dirname } from "node:path";
import { z } from "zod";
import { ChainfleetError } from "../../components/error";
import { SCENARIOS, type Scenario } from "./scenario";

const schema = z.object({
  machine: z.string(),
  scenarios: z.partialRecord(z.enum(SCENARIOS), z.array(z.number().positive())),
});

/** The seconds of earlier measurements by scenario, the oldest first. */
export type Baselines = Readonly<Partial<Record<Scenario, readonly number[]>>>;

/** What durations depend on beside the code. @example "AMD EPYC 7763 64-Core Processor, 2 cores, Node.js 22" */
export function machineName(): string {
  const [major] = process.versions.node.split(".");
  return `${cpus()[0]?.model.trim() || process.arch}, ${availableParallelism()} cores, Node.js ${major}`;
}

/**
 * Reads saved baselines. A missing file has none.
 *
 * @param machine durations of another machine are no baseline.
 * @throws ChainfleetError `BASELINE_UNREADABLE` or `BASELINE_OF_ANOTHER_MACHINE`.
 */
export function readBaselines(file: string, machine: string): Baselines {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") {
      return {};
    }
    throw unreadable(file, cause);
  }
  const saved = parsed(file, text);
  if (saved.machine !== machine) {
    throw new ChainfleetError({
      code: "BASELINE_OF_ANOTHER_MACHINE",
      summary: `${file} has durations of another machine (${saved.machine}); this one is ${machine}. Nothing was measured.`,
      next: "Name another file with --baseline, or delete the file to start anew.",
    });
  }
  return saved.scenarios as Baselines;
}

/** Saves baselines. A process that is killed while it writes leaves the old ones. */
export function writeBaselines(file: string, machine: string, scenarios: Baselines): void {
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, `${JSON.stringify({ machine, scenarios }, null, 2)}\n`);
  renameSync(unfinished, file);
}

function parsed(file: string, text: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw unreadable(file, cause);
  }
}

function unreadable(file: string, cause: unknown): ChainfleetError {
  return new ChainfleetError({
    code: "BASELINE_UNREADABLE",
    summary: `${file} cannot be read as baselines: ${(cause as Error).message}. Nothing was measured.`,
    next: "Name another file with --baseline, or delete the file to start anew.",
    cause,
  });
}
