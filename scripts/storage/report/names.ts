import type { Cell } from "../../../components/storage/results/records";

/** A test in its VM group. @example "random-rw 4k" */
export function testName({ profile, blockSize }: Pick<Cell, "profile" | "blockSize">): string {
  return blockSize === "native" ? profile : `${profile} ${blockSize}`;
}

/** The VM group of a test. @example "small, 150Gi, 5 VMs" */
export function groupName({ size, pvc, concurrency }: Pick<Cell, "size" | "pvc" | "concurrency">): string {
  return `${size}, ${pvc}, ${concurrency} ${concurrency === 1 ? "VM" : "VMs"}`;
}
