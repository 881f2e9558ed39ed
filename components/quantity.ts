/**
 * The quantities of Kubernetes: amounts of CPU, memory and storage with an optional suffix.
 *
 * The grammar is that of https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/, with the
 * suffixes n and u, which the parser in k8s.io/apimachinery (pkg/api/resource/suffix.go) takes as well. No npm package
 * takes the whole grammar: `quantityToScalar` of @kubernetes/client-node refuses "1.5Gi" and takes "" and "1x" for numbers.
 */
export interface Quantity {
  readonly numerator: bigint;
  /** Positive. */
  readonly denominator: bigint;
}

/**
 * Parses a quantity: cores of CPU, or bytes of memory and storage.
 *
 * @returns undefined if the text is no quantity.
 * @example parseQuantity("1.5Gi") is 1,610,612,736, parseQuantity("500m") is 1/2, parseQuantity("2e3") is 2,000
 */
export function parseQuantity(text: string): Quantity | undefined {
  const match = /^([+-]?)(\d+\.?\d*|\.\d+)(?:(n|u|m|k|M|G|T|P|E|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (match === null) {
    return undefined;
  }
  const [, sign = "", number = "", suffix = "", exponent = "0"] = match;
  const [whole = "", fraction = ""] = number.split(".");
  const digits = BigInt(`${whole}${fraction}`) * (sign === "-" ? -1n : 1n);
  const binary = BINARY_SUFFIXES.indexOf(suffix);
  const decimalPower = (DECIMAL_POWERS[suffix] ?? 0) + Number(exponent) - fraction.length;
  return {
    numerator:
      digits * (binary === -1 ? 1n : 1024n ** BigInt(binary + 1)) * 10n ** BigInt(Math.max(0, decimalPower)),
    denominator: 10n ** BigInt(Math.max(0, -decimalPower)),
  };
}

const BINARY_SUFFIXES = ["Ki", "Mi", "Gi", "Ti", "Pi", "Ei"];
const DECIMAL_POWERS: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};

/** Whether a quantity is a whole number of its units. */
export function isWhole({ numerator, denominator }: Quantity): boolean {
  return numerator % denominator === 0n;
}

/** Whether a quantity is at least another. */
export function isAtLeast(quantity: Quantity, least: Quantity): boolean {
  return quantity.numerator * least.denominator >= least.numerator * quantity.denominator;
}

/**
 * The number that a quantity stands for: cores for CPU, bytes for memory.
 *
 * @throws Error if the text is no quantity.
 * @example quantityValue("95680m") === 95.68, quantityValue("512Gi") === 549755813888
 */
export function quantityValue(text: string): number {
  const quantity = parseQuantity(text);
  if (quantity === undefined) {
    throw new Error(`"${text}" is no Kubernetes quantity`);
  }
  return Number(quantity.numerator) / Number(quantity.denominator);
}
