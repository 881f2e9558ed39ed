import { ChainfleetError } from "../../error";
import type { PoolSummary } from "../results/records";

/** How a pool's tests ended. */
export interface PoolOutcome {
  readonly run: string;
  readonly pool: string;
  /** "passed", "failed" or "skipped", by the test's key. */
  readonly outcomes: Readonly<Record<string, string>>;
  /** Why each test failed or was skipped, by key; empty for a test that passed. */
  readonly errors: Readonly<Record<string, string>>;
  /** Why objects of a group are left, by the group's key; empty for a group without leftovers. */
  readonly leftovers: Readonly<Record<string, string>>;
}

/** A test that could not run, because its machines did not boot, counts as skipped. */
export function countsOf({ outcomes }: Pick<PoolOutcome, "outcomes">): PoolSummary {
  const count = (outcome: string) => Object.values(outcomes).filter((each) => each === outcome).length;
  const [passed, failed] = [count("passed"), count("failed")];
  return { run: passed + failed, passed, failed, skipped: count("skipped") };
}

/** The error of a pool; undefined if every test passed and nothing was left behind. */
export function poolFailure(outcome: PoolOutcome): ChainfleetError | undefined {
  const { pool, run, errors, leftovers } = outcome;
  const counts = countsOf(outcome);
  const left = Object.entries(leftovers).filter(([, reason]) => reason !== "");
  if (counts.failed + counts.skipped + left.length === 0) {
    return undefined;
  }
  // Tests of one group that did not boot have one reason.
  const reasons = new Map<string, string[]>();
  for (const [key, reason] of Object.entries(errors).filter(([, text]) => text !== "")) {
    reasons.set(reason, [...(reasons.get(reason) ?? []), key]);
  }
  return new ChainfleetError({
    code: "POOL_FAILED",
    summary: [
      `Pool ${pool}: ${counts.passed} tests passed, ${counts.failed} failed, ${counts.skipped} were skipped.`,
      ...[...reasons].map(
        ([reason, [first, ...others]]) =>
          `  ${first}${others.length === 0 ? "" : ` and ${others.length} more`}: ${reason}`,
      ),
      ...left.map(([group, reason]) => `  ${group}: objects are left in the cluster: ${reason}`),
    ].join("\n"),
    next: `The results of the other tests are kept. Run again only what did not pass: chainfleet storage resume ${run}${left.length === 0 ? "" : `; delete what is left: chainfleet storage clean ${run}`}`,
  });
}
