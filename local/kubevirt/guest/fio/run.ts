import { randomUUID } from "node:crypto";
import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { PoolLimits } from "../../install/pools";
import type { CommandAnswer, GuestCommand } from "../commands";
import { entered, enterMountPoints, limitArguments, limitJobFile } from "./limits";
import type { FioProgram } from "./program";

/** What happens to a run of fio other than what was asked for. */
export type FioFault = "fails" | "hangs";

/**
 * Runs the real fio with the limits of the machine's volume: copies of the job files say them. Without a volume there is no
 * limit.
 *
 * @param folder for the copies.
 */
export function runFio(
  { args, cwd }: GuestCommand,
  {
    fio,
    limits,
    folder,
  }: { readonly fio: FioProgram; readonly limits: PoolLimits | undefined; readonly folder: string },
): CommandAnswer {
  const jobFiles = args.filter((word) => isJobFile(word, cwd));
  const words = args.map((word) => {
    if (jobFiles.includes(word)) {
      return adaptedCopy(resolve(cwd, word), limits, folder);
    }
    return word.startsWith(DIRECTORY) ? `${DIRECTORY}${entered(word.slice(DIRECTORY.length))}` : word;
  });
  const hasOwnJob = jobFiles.length === 0 && words.some((word) => word.startsWith("--name"));
  const limited = hasOwnJob && limits !== undefined ? limitArguments(words, limits) : words;
  return { run: { program: fio.program, args: limited, environment: environmentOf(fio) } };
}

/** The answer to a run that a fault script disturbs. Source of the sentence: https://github.com/axboe/fio/blob/fio-3.33/io_u.c */
export function disturbedRun(fault: FioFault): CommandAnswer {
  return fault === "fails"
    ? {
        stderr:
          "fio: io_u error on file data/job.0.0: Input/output error: write offset=4096, buflen=4096\nfio: pid=1, err=5/file:io_u.c:1845, func=io_u error, error=Input/output error\n",
        exit: 1,
      }
    : { run: { program: "sleep", args: ["infinity"], environment: {} } };
}

const DIRECTORY = "--directory=";

function isJobFile(word: string, cwd: string): boolean {
  return (
    !word.startsWith("-") && (statSync(resolve(cwd, word), { throwIfNoEntry: false })?.isFile() ?? false)
  );
}

function adaptedCopy(file: string, limits: PoolLimits | undefined, folder: string): string {
  mkdirSync(folder, { recursive: true });
  const copy = join(folder, `${randomUUID()}.fio`);
  const text = enterMountPoints(readFileSync(file, "utf8"));
  writeFileSync(copy, limits === undefined ? text : limitJobFile(text, limits));
  return copy;
}

function environmentOf({ libraries }: FioProgram): Record<string, string> {
  return libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(":") };
}
