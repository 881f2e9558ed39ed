import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { join } from "node:path";
import { ChainfleetError } from "../../components/error";
import { CHECKOUT } from "../root";
import { environmentWork } from "./environment-work";
import { ROOM_VARIABLE } from "./marked-processes";
import { acquire, emptyPool, type HeldRoom, MOST_ROOMS, type Pool, prepareRooms, statusOf } from "./pool";

const USAGE = `usage: local/cleanroom run COMMAND…    run a command in a clean environment of the local target
       local/cleanroom hold             take one, print its folder and variables as JSON, and give it back at the end of the input
       local/cleanroom status [--json]  what each room is used for
       local/cleanroom fill             make all rooms ready; with --used those that were used before
       local/cleanroom empty            end and delete all rooms that nobody has
CHAINFLEET_CLEANROOMS is the number of rooms: 1 to ${MOST_ROOMS}, 3 by default.`;

/** Part of `local/stop`: ends and deletes all rooms that nobody has. */
export function emptyRooms(): void {
  empty(poolOf({})).catch((error: Error) => {
    process.stderr.write(`cleanrooms: ${error.message}\n`);
    process.exitCode = 1;
  });
}

/** `local/cleanroom …`. The exit code of `run` is that of its command. */
export function cleanroom(args: readonly string[]): void {
  main(args).then(
    (code) => {
      process.exitCode = code;
    },
    (error: unknown) => {
      const report = error instanceof ChainfleetError ? error : undefined;
      if (args[0] === "hold" && report !== undefined) {
        const { code, summary, next } = report;
        process.stdout.write(`${JSON.stringify({ error: { code, summary, next } })}\n`);
      }
      process.stderr.write(`${report?.message ?? (error as Error).stack ?? error}\n`);
      process.exitCode = 1;
    },
  );
}

async function main([action, ...args]: readonly string[]): Promise<number> {
  const pool = poolOf(process.env);
  switch (action) {
    case "run":
      return args.length === 0 ? usage() : run(pool, args);
    case "hold":
      return hold(pool);
    case "status":
      return status(pool, args.includes("--json"));
    case "fill":
      await prepareRooms(pool, args.includes("--used") ? "used" : "all");
      return 0;
    case "empty":
      return empty(pool);
    default:
      return usage();
  }
}

function usage(): number {
  process.stderr.write(`${USAGE}\n`);
  return 2;
}

/** The pool of this checkout. */
function poolOf(environment: NodeJS.ProcessEnv): Pool {
  return {
    folder: POOL_FOLDER,
    size: poolSize(environment["CHAINFLEET_CLEANROOMS"]),
    work: environmentWork(CHECKOUT, say),
    say,
  };
}

const POOL_FOLDER = join(CHECKOUT, ".chainfleet", "rooms");

/** @throws ChainfleetError `CLEANROOMS_INVALID` if the text is no number of rooms that a pool can have. */
export function poolSize(text: string | undefined): number {
  const size = text === undefined || text === "" ? DEFAULT_ROOMS : Number(text);
  if (!Number.isInteger(size) || size < 1 || size > MOST_ROOMS) {
    throw new ChainfleetError({
      code: "CLEANROOMS_INVALID",
      summary: `CHAINFLEET_CLEANROOMS is ${JSON.stringify(text)}; it must be a whole number from 1 to ${MOST_ROOMS}.`,
      next: "Correct the variable, or unset it.",
    });
  }
  return size;
}

/** From the seed of this project, whose pool has 3 to 5. A room needs about a gigabyte of memory, and no processor while it waits. */
const DEFAULT_ROOMS = 3;

async function run(pool: Pool, [command = "", ...args]: readonly string[]): Promise<number> {
  const held = await acquireAndSay(pool, [command, ...args].join(" "));
  try {
    return await runIn(held, command, args);
  } finally {
    giveBack(held);
  }
}

function runIn({ room, environment }: HeldRoom, command: string, args: readonly string[]): Promise<number> {
  const child = spawn(command, args, {
    cwd: room.folder,
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
  // At a Ctrl+C the terminal tells the command, too; this process has to give the room back afterwards.
  const forward = (signal: NodeJS.Signals) => void child.kill(signal);
  process.on("SIGINT", () => {});
  process.on("SIGTERM", forward);
  return new Promise((resolve, reject) => {
    child.on("error", (cause) =>
      reject(
        new ChainfleetError({
          code: "COMMAND_NOT_STARTED",
          summary: `${command} cannot be started in the cleanroom: ${cause.message}.`,
          cause,
        }),
      ),
    );
    child.on("close", (code) => resolve(code ?? 1));
  });
}

/** The room of a program that works in it in more than one step. If the program ends, however it ends, its pipe does too. */
async function hold(pool: Pool): Promise<number> {
  let held: HeldRoom | undefined;
  const ended = new Promise<void>((resolve) => {
    const end = () => {
      if (held === undefined) {
        // Nobody waits for the room any more. It is no clean one, so whoever needs it next makes it anew.
        process.exit(1);
      }
      resolve();
    };
    process.stdin.resume().on("end", end).on("error", end);
    process.on("SIGTERM", end);
    process.on("SIGINT", () => {});
  });
  held = await acquireAndSay(pool, process.env["CHAINFLEET_CLEANROOM_HOLDER"] ?? "local/cleanroom hold");
  const { room, environment, warm } = held;
  process.stdout.write(`${JSON.stringify({ room: room.number, folder: room.folder, warm, environment })}\n`);
  await ended;
  giveBack(held);
  return 0;
}

async function acquireAndSay(pool: Pool, command: string): Promise<HeldRoom> {
  const began = performance.now();
  const held = await acquire(pool, command);
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  say(`cleanroom ${held.room.number}: ${held.warm ? "taken" : "created"} in ${seconds} s`);
  return held;
}

/** The room is made anew by a process that nobody waits for. What it says is in a file beside the rooms. */
function giveBack(held: HeldRoom): void {
  held.release();
  const { [ROOM_VARIABLE]: _, ...environment } = process.env;
  const log = openSync(join(POOL_FOLDER, "preparation.log"), "w", 0o600);
  spawn(process.execPath, [join(CHECKOUT, "local/cleanroom"), "fill", "--used"], {
    cwd: CHECKOUT,
    env: environment,
    detached: true,
    stdio: ["ignore", log, log],
  }).unref();
  closeSync(log);
}

async function status(pool: Pool, json: boolean): Promise<number> {
  const rooms = await statusOf(pool);
  if (json) {
    process.stdout.write(`${JSON.stringify({ rooms })}\n`);
    return 0;
  }
  for (const { room, state, holder } of rooms) {
    const who =
      holder === undefined ? "" : `, process ${holder.pid} (${holder.command}), since ${holder.since}`;
    process.stdout.write(`${room}: ${state}${who}\n`);
  }
  return 0;
}

async function empty(pool: Pool): Promise<number> {
  const left = await emptyPool(pool);
  for (const { room, state, holder } of left) {
    say(`cleanroom ${room}: ${state} by process ${holder?.pid} (${holder?.command}), and left alone`);
  }
  return left.length === 0 ? 0 : 1;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
