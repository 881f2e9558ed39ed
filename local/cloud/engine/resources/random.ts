import { createHash } from "node:crypto";

/** A number in [0, 1) that depends on the parts alone, so that runs with the same seed are repeatable. */
export function fraction(...parts: readonly (string | number)[]): number {
  return Number.parseInt(hex(12, ...parts), 16) / 2 ** 48;
}

/** `length` (at most 64) hexadecimal digits that depend on the parts alone. */
export function hex(length: number, ...parts: readonly (string | number)[]): string {
  return createHash("sha256").update(parts.join("\u0000")).digest("hex").slice(0, length);
}

/** A UUID (version 4 in form) that depends on the parts alone. */
export function uuid(...parts: readonly (string | number)[]): string {
  const digits = hex(32, ...parts);
  return [
    digits.slice(0, 8),
    digits.slice(8, 12),
    `4${digits.slice(13, 16)}`,
    `8${digits.slice(17, 20)}`,
    digits.slice(20),
  ].join("-");
}
