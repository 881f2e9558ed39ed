import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { z } from "zod";
import { forge } from "../../components/contracts/build/foundry";
import { JobFailure, type Program, programJob, runProgram } from "../run/child-process";
import type { FailedParts, Job, JobContext } from "../run/job";

/** Runs forge on the affected test files; forge itself uses all cores. */
export function runForgeTests(root: string): Job {
  return (files, context) => {
    const path = `{${files.join(",")}}`;
    return programJob({
      command: [forge(), "test", "--color", "never", "--match-path", path],
      folder: root,
    })(files, context);
  };
}

/** The part of vitest's JSON report that is read, https://vitest.dev/guide/reporters.html#json-reporter. */
const reportSchema = z.object({
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      message: z.string(),
      assertionResults: z.array(
        z.object({ status: z.string(), fullName: z.string(), failureMessages: z.array(z.string()) }),
      ),
    }),
  ),
});

/** Runs vitest on the affected test files, and tells which of them failed. */
export function runUnitTests(root: string): Job {
  return async (files, context) => {
    const folder = mkdtempSync(join(tmpdir(), "chainfleet-tests-"));
    const report = join(folder, "report.json");
    const program: Program = {
      command: [
        ...(["node", "node_modules/vitest/vitest.mjs", "run", "--project", "unit"] as const),
        ...["--reporter=default", "--reporter=json", `--outputFile=${report}`],
        ...files,
      ],
      folder: root,
    };
    try {
      return await withReport(program, context, () => failuresIn(readFileSync(report, "utf8"), root));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  };
}

/** A failed run whose report names failed files has failed in these files alone. */
async function withReport(
  program: Program,
  context: JobContext,
  failures: () => ReadonlyMap<string, string>,
): Promise<FailedParts | undefined> {
  try {
    await runProgram(program, context);
    return undefined;
  } catch (error) {
    const failed = error instanceof JobFailure && !context.signal.aborted ? reported(failures) : undefined;
    if (failed === undefined || failed.size === 0) {
      throw error;
    }
    return { failed };
  }
}

function reported(failures: () => ReadonlyMap<string, string>): ReadonlyMap<string, string> | undefined {
  try {
    return failures();
  } catch {
    return undefined;
  }
}

/**
 * The test files that failed, with their first failure.
 *
 * @param report as vitest's JSON reporter writes it.
 * @throws if the report has another form.
 */
export function failuresIn(report: string, root: string): ReadonlyMap<string, string> {
  const { testResults } = reportSchema.parse(JSON.parse(report));
  return new Map(
    testResults
      .filter(({ status }) => status === "failed")
      .map(({ name, message, assertionResults }) => {
        const failed = assertionResults.filter((test) => test.status === "failed");
        const [first] = failed;
        const others = failed.length > 1 ? ` (and ${failed.length - 1} more)` : "";
        return [
          relative(root, name),
          first === undefined
            ? firstLine(message) || "A hook failed."
            : `${first.fullName}: ${firstLine(first.failureMessages.join("\n"))}${others}`,
        ];
      }),
  );
}

function firstLine(text: string): string {
  return (stripVTControlCharacters(text).trim().split("\n", 1)[0] ?? "").slice(0, 200);
}
