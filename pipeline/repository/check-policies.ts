import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { runProgram } from "../run/child-process";
import type { Job } from "../run/job";

const findingsSchema = z.record(
  z.string(),
  z.array(z.object({ level: z.enum(["advisory", "mandatory"]), message: z.string() })),
);

/**
 * Runs the program of each stack without an engine or a cloud, and lets the policies of its config look at every resource. A stack
 * fails if it breaks a mandatory rule; advisory findings are in the log of the task.
 */
export function checkPolicies(root: string): Job {
  return async (stacks, context) => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-policies-"));
    const file = join(folder, "findings.json");
    try {
      await runProgram({ command: ["node", "test/policies.js", file, ...stacks], folder: root }, context);
      return { failed: brokenRules(readFileSync(file, "utf8")) };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** The stacks that break a mandatory rule, with all of their findings. @param findings as test/policies.js writes them. */
export function brokenRules(findings: string): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(findingsSchema.parse(JSON.parse(findings))).flatMap(([stack, all]) => {
      const mandatory = all.filter(({ level }) => level === "mandatory").map(({ message }) => message);
      return mandatory.length === 0 ? [] : [[stack, mandatory.join("\n")] as const];
    }),
  );
}
