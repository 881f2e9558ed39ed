import { setTimeout as delay } from "node:timers/promises";
import { ChainfleetError } from "../../components/error";
import { type Lock, tryToLock, untilUnlocked } from "../toolchain/lock";
import {
  bootOf,
  deleteRecord,
  type Holder,
  isClean,
  type Room,
  type RoomRecord,
  readRecord,
  roomsIn,
  roomsOnDisk,
  writeRecord,
} from "./room";

/** A pool of rooms. All processes of a checkout share one. */
export interface Pool {
  readonly folder: string;
  /** How many rooms there may be at a time. */
  readonly size: number;
  readonly work: RoomWork;
  /** Takes a line for a person. */
  readonly say: (line: string) => void;
}

/** What is done with a single room. Nobody else has the room meanwhile. */
export interface RoomWork {
  /** Makes an environment in the room that has nothing of an earlier one. The environment waits without using the processor. */
  prepare(room: Room): Promise<void>;
  /**
   * Wakes a prepared environment and brings its sources up to date.
   *
   * @returns how to work in the room, or what is wrong with it: what does not answer, and what it has that a new environment lacks.
   */
  open(room: Room): Promise<Access | Problems>;
  /** Ends everything that runs in the room, and deletes the room's folder. */
  empty(room: Room): Promise<void>;
}

/** How to work in a room. */
export interface Access {
  /** The variables of a command that runs in the room. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Problems {
  readonly problems: readonly string[];
}

/** A room that this process has until it gives the room back or ends. */
export interface HeldRoom extends Access {
  readonly room: Room;
  /** Whether the room was ready, so that nothing had to be created. */
  readonly warm: boolean;
  /** Gives the room back. Nobody gets it as it is: it counts as used until a preparation has made it anew. */
  release(): void;
}

/**
 * Takes a room that is clean: one that is ready, or else one that is made now. Rooms that are being prepared are waited for.
 *
 * @param command what the room is for, for those who find the pool exhausted.
 * @throws ChainfleetError `CLEANROOMS_EXHAUSTED` if others have all rooms, `CLEANROOM_UNHEALTHY` if a new room is not as it has to be.
 */
export async function acquire(pool: Pool, command: string): Promise<HeldRoom> {
  for (;;) {
    for (const room of readyFirst(roomsIn(pool.folder, pool.size))) {
      const lock = await tryToLock(room.folder);
      if (lock !== undefined) {
        return await handOver(pool, room, lock, command);
      }
    }
    const taken = await takenRooms(pool);
    const preparing = taken.filter(({ record }) => holderOf(record)?.purpose === "preparation");
    if (preparing.length > 0) {
      await Promise.race(preparing.map(({ room }) => untilUnlocked(room.folder)));
    } else if (taken.length === pool.size && taken.every(({ record }) => holderOf(record) !== undefined)) {
      throw exhausted(taken);
    } else {
      // A room came back just now, or has a new holder who has not written his name yet.
      await delay(CHANGING_HANDS_MILLISECONDS);
    }
  }
}

const CHANGING_HANDS_MILLISECONDS = 20;

async function handOver(pool: Pool, room: Room, lock: Lock, command: string): Promise<HeldRoom> {
  try {
    const isReady = isClean(readRecord(room));
    writeRecord(room, { state: "used", holder: holder(command, "use") });
    const ready = isReady ? await openOrSay(pool, room) : undefined;
    if (ready !== undefined) {
      return { ...ready, room, warm: true, release: lock.release };
    }
    pool.say(`cleanroom ${room.number}: none is ready, so one is created`);
    await pool.work.prepare(room);
    const opened = await pool.work.open(room);
    if ("problems" in opened) {
      throw unhealthy(room, opened);
    }
    return { ...opened, room, warm: false, release: lock.release };
  } catch (error) {
    lock.release();
    throw error;
  }
}

/** Undefined if a ready room cannot be used, which is no failure: another one is made in its place. */
async function openOrSay({ work, say }: Pool, room: Room): Promise<Access | undefined> {
  const opened = await work.open(room).catch((error: Error) => ({ problems: [error.message] }));
  if ("problems" in opened) {
    say(`cleanroom ${room.number}: not used, because ${opened.problems.join("; ")}`);
    return undefined;
  }
  return opened;
}

/** Which rooms a preparation makes ready. */
export type Wanted =
  /** Those that somebody has used, so that the pool is as large as it has been needed. */
  "used" | "all";

/**
 * Makes rooms ready, one after another, and waits for those that others make ready. Rooms that somebody uses are left alone, and
 * those that a smaller pool no longer has are emptied.
 */
export async function prepareRooms(pool: Pool, wanted: Wanted): Promise<void> {
  const surplus = roomsOnDisk(pool.folder).filter(({ number }) => number > pool.size);
  for (const room of surplus) {
    await whileFree(room, () => emptyRoom(pool, room));
  }
  for (const room of roomsIn(pool.folder, pool.size)) {
    await whileFree(room, async () => {
      const record = readRecord(room);
      if (isClean(record) || (record === undefined && wanted === "used")) {
        return;
      }
      writeRecord(room, { state: "used", holder: holder("preparation", "preparation") });
      await pool.work.prepare(room);
      writeRecord(room, { state: "clean", boot: bootOf() });
    });
  }
  const prepared = (await takenRooms(pool)).filter(
    ({ record }) => holderOf(record)?.purpose === "preparation",
  );
  await Promise.all(prepared.map(({ room }) => untilUnlocked(room.folder)));
}

/** Ends and deletes all rooms that nobody has. @returns the rooms that somebody has, which are left alone. */
export async function emptyPool(pool: Pool): Promise<RoomStatus[]> {
  for (const room of roomsOnDisk(pool.folder)) {
    await whileFree(room, () => emptyRoom(pool, room));
  }
  return (await statusOf(pool)).filter(({ state }) => state === "held" || state === "preparing");
}

async function emptyRoom({ work }: Pool, room: Room): Promise<void> {
  await work.empty(room);
  deleteRecord(room);
}

async function whileFree(room: Room, work: () => Promise<void>): Promise<void> {
  const lock = await tryToLock(room.folder);
  if (lock === undefined) {
    return;
  }
  try {
    await work();
  } finally {
    lock.release();
  }
}

/** A room as others see it. */
export interface RoomStatus {
  readonly room: number;
  /**
   * `ready`: clean and waiting. `held`: a process uses it. `preparing`: a process makes it ready. `used`: nobody has it, and it
   * has to be made anew. `absent`: never made.
   */
  readonly state: "ready" | "held" | "preparing" | "used" | "absent";
  readonly holder?: Holder;
}

export async function statusOf(pool: Pool): Promise<RoomStatus[]> {
  const taken = new Map((await takenRooms(pool)).map(({ room }) => [room.number, room]));
  return roomsIn(pool.folder, pool.size).map((room): RoomStatus => {
    const record = readRecord(room);
    const who = holderOf(record);
    if (taken.has(room.number)) {
      const state = who?.purpose === "preparation" ? "preparing" : "held";
      return { room: room.number, state, ...(who === undefined ? {} : { holder: who }) };
    }
    const state = isClean(record) ? "ready" : record === undefined ? "absent" : "used";
    return { room: room.number, state };
  });
}

interface TakenRoom {
  readonly room: Room;
  readonly record: RoomRecord | undefined;
}

async function takenRooms({ folder, size }: Pool): Promise<TakenRoom[]> {
  const rooms = await Promise.all(
    roomsIn(folder, size).map(async (room) => {
      const lock = await tryToLock(room.folder);
      lock?.release();
      return lock === undefined ? [{ room, record: readRecord(room) }] : [];
    }),
  );
  return rooms.flat();
}

function holderOf(record: RoomRecord | undefined): Holder | undefined {
  return record?.state === "used" ? record.holder : undefined;
}

function holder(command: string, purpose: Holder["purpose"]): Holder {
  return { pid: process.pid, command, since: new Date().toISOString(), purpose };
}

function readyFirst(rooms: readonly Room[]): Room[] {
  const ready = rooms.filter((room) => isClean(readRecord(room)));
  return [...ready, ...rooms.filter((room) => !ready.includes(room))];
}

function exhausted(taken: readonly TakenRoom[]): ChainfleetError {
  const holders = taken.map(({ room, record }) => {
    const who = holderOf(record);
    return `  ${room.number}: process ${who?.pid} (${who?.command}), since ${who?.since}`;
  });
  return new ChainfleetError({
    code: "CLEANROOMS_EXHAUSTED",
    summary: [
      taken.length === 1
        ? "The only cleanroom of this checkout is in use:"
        : `All ${taken.length} cleanrooms of this checkout are in use:`,
      ...holders,
    ].join("\n"),
    next: `Wait until one of these processes ends, or end one: its room is free at once. CHAINFLEET_CLEANROOMS gives the pool more rooms, at most ${MOST_ROOMS}.`,
  });
}

function unhealthy({ number, folder }: Room, { problems }: Problems): ChainfleetError {
  return new ChainfleetError({
    code: "CLEANROOM_UNHEALTHY",
    summary: `The cleanroom ${number}, which was made just now, cannot be used: ${problems.join("; ")}.`,
    next: `The logs of its services are in ${folder}/.chainfleet/local/logs. local/cleanroom empty deletes the room.`,
  });
}

/** More rooms than these do not fit into the memory of usual machines beside the tests. */
export const MOST_ROOMS = 5;
