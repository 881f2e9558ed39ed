import type { VmGroup } from "./cell";

/** A group with its estimated duration in seconds. The duration is 0 if all of the group's tests are done. */
export interface TimedGroup {
  readonly group: VmGroup;
  readonly seconds: number;
}

/** A group in the order of a run: the group starts when its predecessors have ended. */
export interface ScheduledGroup {
  readonly group: VmGroup;
  /** Keys of the groups before this one in its pool and in its lane. */
  readonly after: readonly string[];
  /** The lane, from 0. */
  readonly lane: number;
  /** When the group starts and ends by the estimate, in seconds since the start of the run. */
  readonly starts: number;
  readonly ends: number;
}

/** The groups of a run in lanes, in the order in which they start. */
export interface Schedule {
  readonly groups: readonly ScheduledGroup[];
  /** The estimated duration of the run, in seconds. */
  readonly makespan: number;
  /** No order can be faster, by the estimates: the longest pool, or all groups shared equally by all lanes. In seconds. */
  readonly lowerBound: number;
}

/**
 * Puts groups into lanes. A lane is the room for one group; a pool tests one group at a time, so that a pool is never its
 * own load. A lane that becomes free takes the next group of the waiting pool that has the most work left: at the level of
 * groups, this keeps the lanes equally long also where pools of different lengths would not fill them.
 */
export function scheduleLanes(timed: readonly TimedGroup[], laneCount: number): Schedule {
  const pools = [...new Set(timed.map(({ group }) => group.pool))].map((pool) => {
    const waiting = timed.filter(({ group }) => group.pool === pool);
    return { waiting, left: total(waiting), freeAt: 0, last: undefined as string | undefined };
  });
  const lanes = Array.from({ length: Math.max(1, Math.min(laneCount, pools.length)) }, (_, lane) => ({
    lane,
    freeAt: 0,
    last: undefined as string | undefined,
  }));
  const work = pools.map(({ left }) => left);
  const scheduled: ScheduledGroup[] = [];
  while (pools.some(({ waiting }) => waiting.length > 0)) {
    const open = pools.filter(({ waiting }) => waiting.length > 0);
    const laneFree = Math.min(...lanes.map(({ freeAt }) => freeAt));
    const starts = Math.max(laneFree, Math.min(...open.map(({ freeAt }) => freeAt)));
    const pool = mostWorkLeft(open.filter(({ freeAt }) => freeAt <= starts));
    // The lane of the pool's group before, if the lane is free: the graph then has one edge less.
    const free = lanes.filter(({ freeAt }) => freeAt <= starts);
    const lane = free.find(({ last }) => last !== undefined && last === pool?.last) ?? latest(free);
    const next = pool?.waiting[0];
    if (pool === undefined || lane === undefined || next === undefined) {
      throw new TypeError("No lane and no pool is free at the time at which one of each is free.");
    }
    const { group, seconds } = next;
    const ends = starts + seconds;
    const after = [...new Set([pool.last, lane.last].filter((key) => key !== undefined))];
    scheduled.push({ group, after, lane: lane.lane, starts, ends });
    Object.assign(pool, {
      waiting: pool.waiting.slice(1),
      left: pool.left - seconds,
      freeAt: ends,
      last: group.key,
    });
    Object.assign(lane, { freeAt: ends, last: group.key });
  }
  return {
    groups: scheduled,
    makespan: Math.max(0, ...scheduled.map(({ ends }) => ends)),
    lowerBound: Math.max(0, ...work, work.reduce((sum, each) => sum + each, 0) / lanes.length),
  };
}

function total(groups: readonly TimedGroup[]): number {
  return groups.reduce((sum, { seconds }) => sum + seconds, 0);
}

function mostWorkLeft<Pool extends { readonly left: number }>(pools: readonly Pool[]): Pool | undefined {
  return pools.reduce<Pool | undefined>(
    (most, pool) => (most === undefined || pool.left > most.left ? pool : most),
    undefined,
  );
}

/** The lane that became free last, so that a lane that has waited longer stays free for the next group. */
function latest<Lane extends { readonly freeAt: number }>(lanes: readonly Lane[]): Lane | undefined {
  return lanes.reduce<Lane | undefined>(
    (newest, lane) => (newest === undefined || lane.freeAt > newest.freeAt ? lane : newest),
    undefined,
  );
}
