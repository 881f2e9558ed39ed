import picomatch from "picomatch";
import { closure, type ModuleGraph } from "./module-graph";
import { OUTSIDE_OF_THE_PIPELINE, RUN_TIME_READS } from "./run-time-reads";

/** The files of the project "unit" in vitest.config.mts. */
const INCLUDED = picomatch("{components,stacks,scripts,pipeline,local,docs,test,bench}/**/*.test.ts");
const EXCLUDED = picomatch([
  "**/*.engine.test.ts",
  "**/engine.test.ts",
  "**/*.integration.test.ts",
  "test/integration/**",
  "test/locations/**",
]);

/** The unit tests among the files of the tree, and of those only what the pipeline runs. Pure. */
export function pipelineTests(paths: readonly string[]): string[] {
  return unitTests(paths).filter((path) => !OUTSIDE_OF_THE_PIPELINE.includes(path));
}

/** The unit tests among the files of the tree. Pure. */
export function unitTests(paths: readonly string[]): string[] {
  return paths.filter((path) => INCLUDED(path) && !EXCLUDED(path));
}

/**
 * The files on which each unit test depends: the test, what the test uses directly or through others, and what the test reads
 * while it runs. Pure.
 */
export function filesOfTests(
  paths: readonly string[],
  graph: ModuleGraph,
): ReadonlyMap<string, readonly string[]> {
  return new Map(
    pipelineTests(paths).map((test) => {
      const patterns = RUN_TIME_READS[test];
      const read = patterns === undefined ? [] : matching(paths, patterns);
      return [test, [...new Set([...closure(test, graph), ...read])]];
    }),
  );
}

/** The files that match one of the patterns. Pure. */
export function matching(paths: readonly string[], patterns: readonly string[]): string[] {
  const matches = picomatch([...patterns]);
  return paths.filter((path) => matches(path));
}
