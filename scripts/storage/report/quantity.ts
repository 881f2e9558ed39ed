/** Operations per second for a person. @example "12,340" */
export function formatIops(iops: number): string {
  return withDigits(iops, iops < 100 ? 1 : 0);
}

/** Bandwidth for a person, from bytes per second. @example "1.2 GiB/s" */
export function formatBandwidth(bytesPerSecond: number): string {
  const [unit, size] =
    BANDWIDTH_UNITS.find(([, bytes]) => bytesPerSecond >= bytes) ?? (["KiB/s", 1024] as const);
  return `${threeDigits(bytesPerSecond / size)} ${unit}`;
}

/** A latency for a person, from microseconds. @example "1.35 ms" */
export function formatLatency(microseconds: number): string {
  const [unit, size] = LATENCY_UNITS.find(([, length]) => microseconds >= length) ?? (["µs", 1] as const);
  return `${threeDigits(microseconds / size)} ${unit}`;
}

/** A compared figure for a person. */
export function formatFigure(figure: "iops" | "bandwidth" | "p99", value: number): string {
  return { iops: formatIops, bandwidth: formatBandwidth, p99: formatLatency }[figure](value);
}

/** The names of the compared figures. */
export const FIGURE_NAMES = { iops: "IOPS", bandwidth: "bandwidth", p99: "p99 latency" } as const;

/** A p-value. @example "0.029" */
export function formatP(p: number): string {
  return p < 0.001 ? "< 0.001" : withDigits(p, 3);
}

/** A fraction as a percentage. @example "87 %" */
export function formatShare(fraction: number): string {
  return `${withDigits(fraction * 100, fraction < 0.1 ? 1 : 0)} %`;
}

/** A ratio of a new value to an old one as a change. @example "+12.5 %" */
export function formatChange(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return `${percent > 0 ? "+" : percent < 0 ? "−" : "±"}${withDigits(Math.abs(percent), 1)} %`;
}

const BANDWIDTH_UNITS = [
  ["GiB/s", 1024 ** 3],
  ["MiB/s", 1024 ** 2],
] as const;

const LATENCY_UNITS = [
  ["s", 1_000_000],
  ["ms", 1000],
] as const;

function threeDigits(value: number): string {
  return withDigits(value, value < 10 ? 2 : value < 100 ? 1 : 0);
}

/** Formatters by number of digits: to make one takes longer than to format thousands of numbers. */
const FORMATS = [0, 1, 2, 3].map(
  (digits) =>
    new Intl.NumberFormat("en-US", { minimumFractionDigits: digits, maximumFractionDigits: digits }),
);

function withDigits(value: number, digits: 0 | 1 | 2 | 3): string {
  return FORMATS[digits]?.format(value) ?? "";
}
