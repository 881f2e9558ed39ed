import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/**
 * Gives a run of the unit tests a temporary folder of its own, which is deleted at the end of the run with everything
 * that the tests have left there.
 *
 * @returns the teardown, as vitest expects of a global setup.
 */
export default function setUp(): () => void {
  const folder = mkdtempSync(join(tmpdir(), "chainfleet-unit-"));
  const before = process.env.TMPDIR;
  // The test processes inherit the variable, from which os.tmpdir() reads the folder on Linux and macOS.
  process.env.TMPDIR = folder;
  return () => {
    if (before === undefined) {
      Reflect.deleteProperty(process.env, "TMPDIR");
    } else {
      process.env.TMPDIR = before;
    }
    rmSync(folder, { recursive: true, force: true });
  };
}
