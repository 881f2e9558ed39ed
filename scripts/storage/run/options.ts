import { ChainfleetError } from "../../../components/error";
import type { Selection } from "../../../components/storage/plan/matrix";
import { patternProblem } from "../../../components/storage/plan/pattern";
import { readConfig } from "../../../stacks/config/read";
import type { StorageConfig } from "../../../stacks/config/storage/storage-schema";
import { stackFile, writtenConfig } from "../../../stacks/config/written/written-config";

/** The options of `chainfleet storage run`. */
export interface RunOptions {
  readonly stack: string;
  /** Whether to print the result as JSON on standard output. */
  readonly json: boolean;
  readonly quick: boolean;
  readonly overview: boolean;
  readonly rank: boolean;
  readonly pool?: readonly string[];
  readonly filter?: readonly string[];
  readonly exclude?: readonly string[];
  /** `true`: as many pools as the cluster can carry. Undefined: as the config says. */
  readonly parallel?: number | true;
  /** The id of the run to finish. */
  readonly resume?: string;
  readonly dryRun: boolean;
}

/**
 * The checked `storage` part of a stack's config.
 *
 * @throws ChainfleetError STORAGE_NOT_CONFIGURED; ConfigError with every finding.
 */
export function storageConfig(stack: string): StorageConfig {
  const file = stackFile(stack);
  const written = writtenConfig(stack);
  const value = written["chainfleet:storage"];
  if (value === undefined || written["chainfleet:stack"] !== "storage") {
    throw new ChainfleetError({
      code: "STORAGE_NOT_CONFIGURED",
      summary: `${file} describes no storage tests.`,
      next: "Describe the tests under chainfleet:storage and set chainfleet:stack to storage. Every key is described in docs/config.md.",
    });
  }
  const storage = typeof value === "string" ? value : JSON.stringify(value);
  return readConfig({ stack: "storage", storage }, file).storage as StorageConfig;
}

/**
 * The selection of the config, with the options of a command added. An option that names pools or patterns takes the place of
 * the config's.
 *
 * @throws ChainfleetError PATTERN_INVALID with every pattern that cannot be used.
 */
export function selectionOf(
  { select }: Pick<StorageConfig, "select">,
  { quick, overview, rank, pool, filter, exclude }: RunOptions,
): Selection {
  const problems = Object.entries({ filter, exclude }).flatMap(([option, patterns = []]) =>
    patterns.flatMap((pattern) => {
      const problem = patternProblem(pattern);
      return problem === undefined ? [] : [`  --${option} "${pattern}" ${problem}`];
    }),
  );
  if (problems.length > 0) {
    throw new ChainfleetError({
      code: "PATTERN_INVALID",
      summary: ["Patterns that cannot be used:", ...problems].join("\n"),
      next: "Nothing was created.",
    });
  }
  return {
    quick: quick || select.quick,
    overview: overview || select.overview,
    rank: rank || select.rank,
    pools: pool ?? select.pools,
    filters: filter ?? select.filters,
    excludes: exclude ?? select.excludes,
  };
}
