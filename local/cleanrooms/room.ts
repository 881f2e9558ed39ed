import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** A place in the pool for an environment of the local target. */
export interface Room {
  /** From 1 on. */
  readonly number: number;
  /** The copy of this checkout that holds everything of the room: the sources, the services' state, the runs. */
  readonly folder: string;
}

/** The process that has a room. */
export interface Holder {
  readonly pid: number;
  /** What the process does with the room, for people. @example "chainfleet pipeline" */
  readonly command: string;
  /** ISO 8601. */
  readonly since: string;
  readonly purpose: "use" | "preparation";
}

/**
 * What is known about a room on disk. A room is marked as used before anybody gets it, and only a preparation, which begins with
 * nothing, marks it as clean. Whatever kills a holder, a room with traces of its user therefore never counts as clean.
 */
export type RoomRecord =
  /** @see bootOf about the boot: services end with the machine, and the disk may have lost the mark of a use. */
  | { readonly state: "clean"; readonly boot: string }
  /** The holder may have ended. */
  | { readonly state: "used"; readonly holder: Holder };

/** The rooms of a pool folder, by number. @param count how many. */
export function roomsIn(folder: string, count: number): Room[] {
  return Array.from({ length: count }, (_, index) => roomNumbered(folder, index + 1));
}

/** The rooms that a pool folder has on disk, also those that a smaller pool no longer has. */
export function roomsOnDisk(folder: string): Room[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return [];
  }
  const numbers = new Set(names.flatMap((name) => /^(\d+)(\.json)?$/.exec(name)?.[1] ?? []).map(Number));
  return [...numbers].toSorted((a, b) => a - b).map((number) => roomNumbered(folder, number));
}

function roomNumbered(folder: string, number: number): Room {
  return { number, folder: join(folder, String(number)) };
}

/** Undefined for a room that was never prepared, and for a record that is damaged: such a room is not clean either. */
export function readRecord(room: Room): RoomRecord | undefined {
  try {
    return JSON.parse(readFileSync(recordOf(room), "utf8")) as RoomRecord;
  } catch {
    return undefined;
  }
}

export function writeRecord(room: Room, record: RoomRecord): void {
  mkdirSync(dirname(room.folder), { recursive: true, mode: 0o700 });
  const unfinished = `${recordOf(room)}.unfinished`;
  writeFileSync(unfinished, `${JSON.stringify(record)}\n`, { mode: 0o600 });
  renameSync(unfinished, recordOf(room));
}

export function deleteRecord(room: Room): void {
  rmSync(recordOf(room), { force: true });
}

/** Beside the folder of the room, whose commands do not come across the record there. */
function recordOf({ folder }: Room): string {
  return `${folder}.json`;
}

/** A room is clean only until the machine is started again. */
export function isClean(record: RoomRecord | undefined): boolean {
  return record?.state === "clean" && record.boot === bootOf();
}

/** Identifies the time since the machine was started, see random(4). */
export function bootOf(): string {
  return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
}
