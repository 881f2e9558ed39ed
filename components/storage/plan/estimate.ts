import { profileNamed } from "../fio/profiles";
import type { VmGroup } from "./cell";

/** The durations from which the length of a run is estimated, in seconds. */
export interface Durations {
  /** Of the measurement of one job of a profile, without the ramp. */
  readonly runtimeSeconds: number;
  readonly rampSeconds: number;
}

/**
 * From the request for machines until fio starts: the seed's default wait for cloud images on Ceph is minutes, and a
 * group pays it once. In seconds.
 */
const BOOT_SECONDS = 120;

/** Beside fio itself a test replaces the job file and collects the results. In seconds. */
const TEST_OVERHEAD_SECONDS = 10;

/** The estimated duration of a group whose cells with keys in `done` are not run, in seconds. */
export function groupSeconds(
  group: VmGroup,
  durations: Durations,
  isDone: (cell: VmGroup["cells"][number]) => boolean,
): number {
  const cells = group.cells.filter((cell) => !isDone(cell));
  const seconds = cells.map(
    ({ profile }) =>
      profileNamed(profile).jobs.length * (durations.runtimeSeconds + durations.rampSeconds) +
      TEST_OVERHEAD_SECONDS,
  );
  return cells.length === 0 ? 0 : BOOT_SECONDS + seconds.reduce((sum, each) => sum + each, 0);
}
