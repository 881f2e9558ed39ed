import { criticalPath, type Work } from "./critical-path";

/** What shortening one operation of the critical path could gain. */
export interface Gain {
  readonly id: string;
  /**
   * By how many seconds the critical path becomes shorter if the operation takes no time. Beyond this, another chain is the
   * critical path.
   */
  readonly seconds: number;
  /** The chain that is the critical path then, as ids in their order. */
  readonly next: readonly string[];
}

/** The gain of each operation on the critical path, in the order of the path. Pure. */
export function gains(works: readonly Work[], path: readonly Work[]): Gain[] {
  const total = secondsOf(path);
  return path
    .filter(({ seconds }) => seconds > 0)
    .map((link) => {
      const shorter = works.map((work) => (work.id === link.id ? { ...work, seconds: 0 } : work));
      const next = criticalPath(shorter);
      return { id: link.id, seconds: round(total - secondsOf(next)), next: next.map(({ id }) => id) };
    });
}

/**
 * The longest chain that shares no operation with the critical path. How much shorter it is than the critical path tells
 * how much all of the critical path together could gain.
 */
export function independentChain(works: readonly Work[], path: readonly Work[]): Work[] {
  const taken = new Set(path.flatMap(({ id, seconds }) => (seconds > 0 ? [id] : [])));
  return criticalPath(works.filter(({ id }) => !taken.has(id)));
}

/** The sum of the durations, in seconds. */
export function secondsOf(works: readonly Pick<Work, "seconds">[]): number {
  return round(works.reduce((sum, { seconds }) => sum + seconds, 0));
}

function round(seconds: number): number {
  return Math.round(seconds * 1000) / 1000;
}
