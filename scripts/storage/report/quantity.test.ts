import { expect, test } from "vitest";
import { formatBandwidth, formatChange, formatIops, formatLatency, formatP, formatShare } from "./quantity";

test("figures have the unit and the digits that a person needs", () => {
  expect([12.34, 499.6, 91_924].map(formatIops)).toEqual(["12.3", "500", "91,924"]);
  expect([512, 45.2 * 1024 ** 2, 2.86 * 1024 ** 3].map(formatBandwidth)).toEqual([
    "0.50 KiB/s",
    "45.2 MiB/s",
    "2.86 GiB/s",
  ]);
  expect([94.72, 1350, 2_500_000].map(formatLatency)).toEqual(["94.7 µs", "1.35 ms", "2.50 s"]);
  expect([1, 0.566, 0.0123].map(formatShare)).toEqual(["100 %", "57 %", "1.2 %"]);
  expect([1.125, 1, 0.8].map(formatChange)).toEqual(["+12.5 %", "±0.0 %", "−20.0 %"]);
  expect([0.0286, 0.0001].map(formatP)).toEqual(["0.029", "< 0.001"]);
});
