import { linearRegression } from "simple-statistics";

/**
 * The exponent e with which a quantity grows with the number of regions: the quantity is about c · regions^e. It is the
 * slope of the line of least squares through the logarithms.
 */
export function exponentOf(points: readonly { readonly regions: number; readonly value: number }[]): number {
  return linearRegression(points.map(({ regions, value }) => [Math.log(regions), Math.log(value)])).m;
}
