/**
 * How often a test with seeded faults repeats: a few times in `make test`, and as often as the project promises in `make soak`.
 * CHAINFLEET_TEST_RUNS sets another number, for example 1 to repeat the run of one seed.
 */
export function repetitions(few: number, whole: number): number {
  const runs = Number(process.env["CHAINFLEET_TEST_RUNS"] ?? 0);
  return runs > 0 ? runs : process.env["CHAINFLEET_SOAK"] === undefined ? few : whole;
}
