import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runProgram } from "../run/child-process";
import type { Job } from "../run/job";

/**
 * Runs the program of each stack without an engine or a cloud, as for the first `up`, and compares its resources with the list in
 * test/expected.
 */
export function previewStacks(root: string): Job {
  return async (stacks, context) => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-preview-"));
    try {
      await runProgram({ command: ["node", "test/dump.js", folder, ...stacks], folder: root }, context);
      return {
        failed: new Map(
          stacks.flatMap((stack) => {
            const problem = difference(
              textOf(join(root, "test/expected", `${stack}.json`)),
              textOf(join(folder, `${stack}.json`)),
            );
            return problem === undefined ? [] : [[stack, problem] as const];
          }),
        ),
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

function difference(expected: string | undefined, actual: string | undefined): string | undefined {
  if (actual === undefined) {
    return "The program ended without a list of its resources.";
  }
  if (expected === undefined) {
    return "test/expected has no list of the resources. make expected writes the list.";
  }
  if (expected === actual) {
    return undefined;
  }
  const lines = actual.split("\n");
  const first = expected.split("\n").findIndex((line, index) => line !== lines[index]);
  return `The resources are not those in test/expected, from line ${first + 1} on: ${lines[first]?.trim() ?? "the list ends"}. make expected writes the list; review the change.`;
}
