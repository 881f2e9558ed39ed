import { createHash } from "node:crypto";

/**
 * What a machine knows of the test that it runs: by this token, results can be assigned to a test, a repetition and a job
 * file also after a run was killed.
 *
 * @param key of the test.
 * @param repetition from 0.
 * @example "rep3:small:150Gi:1:random-rw:4k#2@1f0c9a"
 */
export function testToken(key: string, repetition: number, job: string): string {
  return `${key}#${repetition}@${createHash("sha256").update(job).digest("hex").slice(0, 12)}`;
}
