import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { forge } from "../../components/contracts/build/foundry";
import { pythonEnvironment } from "../../local/toolchain/python-environment";
import { ROOT, runProgram } from "./run-program";
import { unexplainedSuppressions } from "./suppressions";

const SOURCES = join(ROOT, "contracts", "src");

/**
 * Analyses the contracts with all detectors of Slither (https://github.com/crytic/slither). Slither reads forge's own
 * build, so no compiler is downloaded.
 *
 * @returns findings, and suppressions that nobody has explained or that suppress nothing; empty if all is well.
 */
export async function analyse(): Promise<string[]> {
  const environment = await pythonEnvironment(
    {
      name: "slither",
      description: "the static analyser of Solidity",
      requirements: join(__dirname, "requirements.txt"),
    },
    (line) => console.log(line),
  );
  const scratch = mkdtempSync(join(tmpdir(), "chainfleet-slither-"));
  try {
    const compiled = await runProgram(forge(), [
      ...["build", "contracts/src", "--build-info", "--build-info-path", join(scratch, "build-info")],
      ...["--out", join(scratch, "out"), "--cache-path", join(scratch, "cache")],
    ]);
    if (compiled.code !== 0) {
      return [`forge build ended with ${compiled.code}:\n${compiled.output}`];
    }
    const report = join(scratch, "report.json");
    const { output } = await runProgram(join(environment, "bin", "python"), [
      ...["-m", "slither", ROOT, "--compile-force-framework", "foundry", "--ignore-compile"],
      ...["--foundry-build-info-directory", join(scratch, "build-info")],
      ...["--filter-paths", "node_modules", "--warn-unused-ignores", "--json", report],
    ]);
    const [analysed = "Slither has ended early"] = /\d+ contracts with \d+ detectors/.exec(output) ?? [];
    console.log(analysed);
    return existsSync(report)
      ? [...problemsOf(JSON.parse(readFileSync(report, "utf8"))), ...unexplained()]
      : [`Slither has written no report:\n${output}`];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/** What Slither writes with `--json`: https://github.com/crytic/slither/wiki/JSON-output */
interface Report {
  readonly success: boolean;
  readonly error: string | null;
  readonly results: { readonly detectors?: readonly Finding[] };
}

interface Finding {
  readonly check: string;
  readonly impact: string;
  readonly description: string;
  /** With `--warn-unused-ignores` one more finding, also for the packages. */
  readonly unused_ignores?: readonly {
    readonly file: string;
    readonly line: number;
    readonly unused_detectors: readonly string[];
  }[];
}

function problemsOf({ success, error, results: { detectors = [] } }: Report): string[] {
  if (!success) {
    return [`Slither failed: ${error}`];
  }
  const problems = detectors.flatMap(({ check, impact, description, unused_ignores }) =>
    unused_ignores === undefined
      ? [`${check} (${impact}): ${description}`]
      : unused_ignores
          .filter(({ file }) => file.startsWith(SOURCES))
          .map((unused) => `${unused.file}:${unused.line} suppresses nothing: ${unused.unused_detectors}`),
  );
  // Slither names an unused suppression once for each contract that it stands in.
  return [...new Set(problems)];
}

function unexplained(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".sol"))
    .flatMap((file) =>
      unexplainedSuppressions(readFileSync(join(SOURCES, file), "utf8")).map(
        ({ line, text }) =>
          `contracts/src/${file}:${line}: "${text}" is not explained; write a comment above it that begins with "Slither:"`,
      ),
    );
}
