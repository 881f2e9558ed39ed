import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { PROJECT_ROOT } from "../../../components/root";
import {
  type LearnedDurations,
  learn,
  learnedSchema,
  NOTHING_LEARNED,
  type Sample,
} from "./learned-durations";

/** Where the durations of past runs are kept, for all stacks of this folder. */
export const DURATIONS_FILE = join(PROJECT_ROOT, ".chainfleet/durations.json");

/** What past runs have shown. A file that is missing or damaged has shown nothing: the next runs fill it again. */
export function readDurations(file: string = DURATIONS_FILE): LearnedDurations {
  try {
    const { success, data } = learnedSchema.safeParse(JSON.parse(readFileSync(file, "utf8")));
    return success ? data : NOTHING_LEARNED;
  } catch {
    return NOTHING_LEARNED;
  }
}

/**
 * Adds the durations of a run to the file. The file is replaced as a whole, so that a kill leaves the old or the new one.
 * Of two runs that end at the same moment, the durations of one may be lost.
 */
export function learnDurations(samples: readonly Sample[], file: string = DURATIONS_FILE): void {
  if (samples.length === 0) {
    return;
  }
  const part = `${file}.${process.pid}.part`;
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  writeFileSync(part, `${JSON.stringify(learn(readDurations(file), samples))}\n`);
  renameSync(part, file);
}
