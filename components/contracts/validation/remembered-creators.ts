import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { keepingTheirCreator, type SimulatedCreation } from "./constructor-caller";

/** Answers are kept here, each in a file named by the hash of its question. */
const ANSWERS = ".chainfleet/contracts-creators";

/** To be raised when `keepingTheirCreator` changes its answers. */
const ANSWERS_VERSION = 1;

/**
 * The contracts that keep who creates them, as `keepingTheirCreator` says. The execution of the creations takes half a second
 * of CPU time, and its answer is kept for the next run of the program.
 *
 * @param root the project's folder.
 */
export async function rememberedKeepers(
  root: string,
  creations: readonly SimulatedCreation[],
): Promise<string[]> {
  const file = join(root, ANSWERS, `${hashOf(creations)}.json`);
  const known = read(file);
  if (known !== undefined) {
    return known;
  }
  const names = await keepingTheirCreator(creations);
  mkdirSync(dirname(file), { recursive: true });
  // Several programs may write the same answer at the same time.
  const unfinished = `${file}.${process.pid}`;
  writeFileSync(unfinished, JSON.stringify(names));
  renameSync(unfinished, file);
  return names;
}

function hashOf(creations: readonly SimulatedCreation[]): string {
  const hash = createHash("sha256").update(String(ANSWERS_VERSION));
  for (const { name, address, initCode, runtimeCode, value } of creations) {
    hash.update(JSON.stringify([name, address, initCode, runtimeCode, String(value)]));
  }
  return hash.digest("hex");
}

/** The kept answer; undefined if there is none, or if the file is damaged. */
function read(file: string): string[] | undefined {
  try {
    const names: unknown = JSON.parse(readFileSync(file, "utf8"));
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : undefined;
  } catch {
    return undefined;
  }
}
