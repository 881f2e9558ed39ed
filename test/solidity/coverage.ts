import { forge } from "../../components/contracts/build/foundry";
import { runProgram } from "./run-program";

/** The least share of lines and of branches that the contracts' tests must run, in percent. */
const LEAST_PERCENT = 95;

/**
 * Measures how much of the contracts their tests run, and prints a table. Fewer random runs than in the test itself are
 * enough for that, and much faster, because the code is not optimised here.
 *
 * @returns what is wrong; empty if all is well.
 */
export async function measureCoverage(): Promise<string[]> {
  const { code, output } = await runProgram(forge(), ["coverage", "--no-match-coverage", "contracts/test"], {
    FOUNDRY_FUZZ_RUNS: "32",
    FOUNDRY_INVARIANT_RUNS: "8",
  });
  const table = output.split("\n").filter((line) => /^\| (File|contracts|Total)/.test(line));
  console.log(table.join("\n"));
  if (code !== 0) {
    return [`forge coverage ended with ${code}:\n${output}`];
  }
  const total = totalsOf(table.at(-1) ?? "");
  return Object.entries(total).flatMap(([what, percent]) =>
    percent >= LEAST_PERCENT
      ? []
      : [`${percent} % of the ${what} are run by tests; must be at least ${LEAST_PERCENT} %`],
  );
}

/** The percentages in a row of the table, `| name | lines | statements | branches | functions |`. */
function totalsOf(row: string): { readonly lines: number; readonly branches: number } {
  const [, , lines, , branches] = row.split("|");
  const percent = (cell: string | undefined) => Number.parseFloat(cell ?? "");
  return { lines: percent(lines), branches: percent(branches) };
}
