import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { STAGES, type Stage } from "../graph/stage";
import type { PipelineReport } from "./report";

const lineSchema = z.object({
  /** The seconds of the stages that did work. */
  stages: z.partialRecord(z.enum(STAGES), z.number().min(0)),
  failed: z.array(z.enum(STAGES)),
});

/** What the metrics need of a past run. */
export interface PastRun {
  readonly stages: Readonly<Partial<Record<Stage, number>>>;
  readonly failed: readonly Stage[];
}

/** What the metrics need of a run. Stages without work are no measurement. Pure. */
export function pastRun({ stages }: PipelineReport): PastRun {
  const worked = stages.filter(({ result }) => result === "succeeded" || result === "failed");
  return {
    stages: Object.fromEntries(worked.map(({ stage, seconds }) => [stage, seconds])),
    failed: stages.filter(({ result }) => result === "failed").map(({ stage }) => stage),
  };
}

/**
 * Adds a run to the history of this clone. The counters of Prometheus must not decrease, so the history is kept longer than the
 * records of runs: a line of about 150 bytes for each run.
 */
export function addToHistory(file: string, run: PastRun): void {
  mkdirSync(dirname(file), { recursive: true });
  appendFileSync(file, `${JSON.stringify(run)}\n`);
}

/** The runs of this clone. A line that a killed run has not finished is left out. */
export function readHistory(file: string): PastRun[] {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch {
    return [];
  }
  return text.split("\n").flatMap((line) => {
    try {
      const { stages, failed } = lineSchema.parse(JSON.parse(line));
      // Absent stages are absent in the parsed record too.
      return [{ stages: stages as PastRun["stages"], failed }];
    } catch {
      return [];
    }
  });
}
