/**
 * How often a test with seeded faults repeats: a few times in `make test`, and as often as the project promises in `make soak`.
 */
export function repetitions(few: number, whole: number): number {
  return process.env["CHAINFLEET_SOAK"] === undefined ? few : whole;
}
