import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { PROJECT_ROOT } from "../../components/root";
import { acquire, emptyPool, type HeldRoom, type Pool, prepareRooms, type RoomWork, statusOf } from "./pool";
import type { Room } from "./room";

let folder: string;
let said: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "rooms-"));
  said = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Rooms without services: a preparation empties the folder, and whatever is in the folder is a trace. */
const work: RoomWork = {
  prepare: async (room) => {
    await work.empty(room);
    mkdirSync(room.folder, { recursive: true });
  },
  open: async (room) => {
    const problems = tracesIn(room);
    return problems.length > 0 ? { problems } : { environment: { ROOM: String(room.number) } };
  },
  empty: async (room) => rmSync(room.folder, { recursive: true, force: true }),
};

const tracesIn = (room: Room) => readdirSync(room.folder);
const leaveTrace = ({ room }: HeldRoom) => writeFileSync(join(room.folder, "trace"), "");
const pool = (size: number, changes: Partial<RoomWork> = {}): Pool => ({
  ...{ folder, size, say: (line) => said.push(line) },
  work: { ...work, ...changes },
});
const states = async (one: Pool) => (await statusOf(one)).map(({ state }) => state);

describe("a pool of cleanrooms", () => {
  it("hands out what is ready, and creates a room if none is", async () => {
    await prepareRooms(pool(1), "all");
    const ready = await acquire(pool(2), "first");
    const created = await acquire(pool(2), "second");
    expect([ready.warm, ready.room.number, created.warm, created.room.number]).toEqual([true, 1, false, 2]);
    expect(created.environment).toEqual({ ROOM: "2" });
    ready.release();
    created.release();
  });

  it("says who has the rooms if all are taken, and what to do", async () => {
    const held = [await acquire(pool(2), "chainfleet pipeline"), await acquire(pool(2), "a test")];
    await expect(acquire(pool(2), "third")).rejects.toMatchObject({
      code: "CLEANROOMS_EXHAUSTED",
      summary: expect.stringMatching(
        new RegExp(
          `All 2 cleanrooms .*\\n  1: process ${process.pid} \\(chainfleet pipeline\\), since .*\\n  2: process ${process.pid} \\(a test\\)`,
        ),
      ),
      next: expect.stringContaining("CHAINFLEET_CLEANROOMS"),
    });
    held[0]?.release();
    const again = await acquire(pool(2), "third");
    expect(again.room.number).toBe(1);
    for (const one of [...held, again]) one.release();
  });

  it("waits for a room that is being prepared", async () => {
    let finish = () => {};
    const slow = pool(1, {
      prepare: async (room) => {
        await new Promise<void>((resolve) => {
          finish = resolve;
        });
        await work.prepare(room);
      },
    });
    const preparation = prepareRooms(slow, "all");
    await expect.poll(() => states(slow)).toEqual(["preparing"]);
    const acquisition = acquire(pool(1), "waiting");
    let isFilled = false;
    const filling = prepareRooms(pool(1), "all").then(() => {
      isFilled = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(isFilled).toBe(false);
    finish();
    await Promise.all([preparation, filling]);
    const held = await acquisition;
    expect(held.warm).toBe(true);
    held.release();
  });

  it("makes rooms ready that were used, and others only on request", async () => {
    const held = await acquire(pool(3), "user");
    expect(await states(pool(3))).toEqual(["held", "absent", "absent"]);
    held.release();
    expect(await states(pool(3))).toEqual(["used", "absent", "absent"]);
    await prepareRooms(pool(3), "used");
    expect(await states(pool(3))).toEqual(["ready", "absent", "absent"]);
    await prepareRooms(pool(3), "all");
    expect(await states(pool(3))).toEqual(["ready", "ready", "ready"]);
  });

  it("is emptied but for what somebody has, and empties what a smaller pool no longer has", async () => {
    await prepareRooms(pool(3), "all");
    await prepareRooms(pool(2), "all");
    expect(readdirSync(folder).toSorted()).toEqual(["1", "1.json", "2", "2.json"]);
    const held = await acquire(pool(2), "user");
    expect((await emptyPool(pool(2))).map(({ room, state }) => `${room} ${state}`)).toEqual(["1 held"]);
    expect(readdirSync(folder).toSorted()).toEqual(["1", "1.json"]);
    held.release();
    expect(await emptyPool(pool(2))).toEqual([]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("replaces a ready room that turns out to be broken, and says why", async () => {
    await prepareRooms(pool(1), "all");
    writeFileSync(join(folder, "1", "the chain does not answer"), "");
    const held = await acquire(pool(1), "user");
    expect(held.warm).toBe(false);
    expect(tracesIn(held.room)).toEqual([]);
    expect(said[0]).toBe("cleanroom 1: not used, because the chain does not answer");
    held.release();
  });

  it("replaces a ready room whose services do not start again", async () => {
    await prepareRooms(pool(1), "all");
    let opened = 0;
    const failing = pool(1, {
      open: async (room) => {
        opened += 1;
        if (opened === 1) {
          throw new Error("the port is taken");
        }
        return work.open(room);
      },
    });
    const held = await acquire(failing, "user");
    expect(held.warm).toBe(false);
    expect(said[0]).toBe("cleanroom 1: not used, because the port is taken");
    held.release();
  });

  it("refuses a new room that is broken, and frees its place", async () => {
    const broken = pool(1, { open: async () => ({ problems: ["the API server does not answer"] }) });
    await expect(acquire(broken, "user")).rejects.toMatchObject({
      code: "CLEANROOM_UNHEALTHY",
      summary: expect.stringContaining("the API server does not answer"),
    });
    expect(await states(broken)).toEqual(["used"]);
    (await acquire(pool(1), "user")).release();
  });

  it("never takes a room of the time before the machine was started for a clean one", async () => {
    await prepareRooms(pool(1), "all");
    writeFileSync(join(folder, "1.json"), JSON.stringify({ state: "clean", boot: "another" }));
    expect(await states(pool(1))).toEqual(["used"]);
    const held = await acquire(pool(1), "user");
    expect(held.warm).toBe(false);
    held.release();
  });

  it("hands out no trace of an earlier user, whatever happens in which order", async () => {
    const action = fc.constantFrom("acquire", "trace", "release", "prepare used", "prepare all", "empty");
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 25 }), async (actions) => {
        rmSync(folder, { recursive: true, force: true });
        const held: HeldRoom[] = [];
        for (const one of actions) {
          if (one === "acquire" && held.length < 2) {
            const room = await acquire(pool(2), "user");
            expect(tracesIn(room.room)).toEqual([]);
            expect(held.map(({ room: { number } }) => number)).not.toContain(room.room.number);
            held.push(room);
          } else if (one === "acquire") {
            await expect(acquire(pool(2), "user")).rejects.toMatchObject({ code: "CLEANROOMS_EXHAUSTED" });
          } else if (one === "trace") {
            held.forEach(leaveTrace);
          } else if (one === "release") {
            held.shift()?.release();
          } else if (one === "empty") {
            await emptyPool(pool(2));
          } else {
            await prepareRooms(pool(2), one === "prepare all" ? "all" : "used");
          }
        }
        for (const room of held) room.release();
      }),
      { numRuns: 60 },
    );
  });
});

describe("a holder that is killed", () => {
  /** A process that takes a room, leaves a trace there, and goes on until it is killed. */
  const USER = `
require("./typescript.js");
const { acquire } = require("./local/cleanrooms/pool");
const { mkdirSync, rmSync, writeFileSync } = require("node:fs");
const [folder, moment] = process.argv.slice(1);
const hang = () => new Promise(() => setInterval(() => {}, 1000));
const at = (now) => { if (now === moment) { console.log("reached"); return hang(); } };
const prepare = async (room) => {
  rmSync(room.folder, { recursive: true, force: true });
  mkdirSync(room.folder, { recursive: true });
  writeFileSync(room.folder + "/trace", "");
  await at("preparation");
  rmSync(room.folder + "/trace");
};
const open = async (room) => { await at("opening"); return { environment: {} }; };
acquire({ folder, size: 1, say: console.error, work: { prepare, open } }, "the killed one").then(async ({ room }) => {
  writeFileSync(room.folder + "/trace", "");
  await at("use");
});`;

  async function killedAt(moment: string): Promise<void> {
    const child: ChildProcess = spawn(process.execPath, ["-e", USER, folder, moment], {
      cwd: PROJECT_ROOT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    await once(child.stdout as NodeJS.ReadableStream, "data");
    child.kill("SIGKILL");
    await once(child, "exit");
  }

  it.each(["preparation", "opening", "use"])(
    "in its %s frees the room, which is made anew",
    async (moment) => {
      await killedAt(moment);
      expect(await states(pool(1))).toEqual(["used"]);
      const held = await acquire(pool(1), "next");
      expect(held.warm).toBe(false);
      expect(tracesIn(held.room)).toEqual([]);
      held.release();
    },
  );

  it("while it opens a ready room makes the room a used one", async () => {
    await prepareRooms(pool(1), "all");
    await killedAt("opening");
    expect(await states(pool(1))).toEqual(["used"]);
  });
});
