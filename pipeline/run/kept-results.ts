import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import type { KeptResults } from "../graph/task";

const schema = z.record(z.string(), z.record(z.string(), z.string()));

/**
 * Reads the results that earlier runs have kept. A file that is missing or damaged is no result at all: the next run then works
 * on everything.
 */
export function readKeptResults(file: string): KeptResults {
  try {
    const content = schema.parse(JSON.parse(readFileSync(file, "utf8")));
    return new Map(Object.entries(content).map(([task, parts]) => [task, new Map(Object.entries(parts))]));
  } catch {
    return new Map();
  }
}

/** Writes the results. A run that is killed while it writes leaves the old ones. */
export function writeKeptResults(file: string, results: KeptResults): void {
  const content = Object.fromEntries([...results].map(([task, parts]) => [task, Object.fromEntries(parts)]));
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(content));
  renameSync(unfinished, file);
}
