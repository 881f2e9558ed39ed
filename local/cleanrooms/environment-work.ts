import { spawn } from "node:child_process";
import { join } from "node:path";
import { ChainfleetError } from "../../components/error";
import { environmentIn } from "../services/environment";
import { NOT_INSTALLED_STATUS } from "../toolchain/installation";
import { freeze, killProcesses, ROOM_VARIABLE, thaw } from "./marked-processes";
import type { Access, Problems, RoomWork } from "./pool";
import type { Room } from "./room";
import { tracesIn } from "./traces";
import { copyTree, deleteTree } from "./tree";

/**
 * Real environments: each room is a checkout of its own with its own local target, so that two rooms have nothing in common but
 * the installed programs and packages.
 *
 * @param checkout the root of the checkout that is copied.
 * @param say takes the progress of starting services.
 */
export function environmentWork(checkout: string, say: (line: string) => void): RoomWork {
  return {
    prepare: async (room) => {
      await emptyRoom(room);
      copyTree(checkout, room.folder);
      await localEnvironment(room, say);
      freeze(room.folder);
    },
    open: async (room) => {
      thaw(room.folder);
      copyTree(checkout, room.folder);
      return opened(await localEnvironment(room, say), room);
    },
    empty: emptyRoom,
  };
}

async function opened(
  environment: Readonly<Record<string, string>>,
  { folder }: Room,
): Promise<Access | Problems> {
  const problems = await tracesIn(environment);
  return problems.length > 0 ? { problems } : { environment: { ...environment, [ROOM_VARIABLE]: folder } };
}

async function emptyRoom({ folder }: Room): Promise<void> {
  await killProcesses(folder);
  deleteTree(folder);
}

/**
 * Simulated seconds in a room pass as fast as in most integration tests: what a room is for looks at what is deployed, not at
 * how long a cloud takes.
 */
const TIME_SCALE = "0.002";

/** Starts what does not run in the room yet. @returns the variables that `local/env` exports. */
async function localEnvironment(
  { folder }: Room,
  say: (line: string) => void,
): Promise<Record<string, string>> {
  const child = spawn(join(folder, "local/env"), [], {
    cwd: folder,
    env: {
      ...process.env,
      [ROOM_VARIABLE]: folder,
      CHAINFLEET_TIME_SCALE: TIME_SCALE,
      CHAINFLEET_SEED: "1",
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let lines = "";
  let messages = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    lines += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    messages += text;
    text.trimEnd().split("\n").forEach(say);
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) {
    return environmentIn(lines);
  }
  throw code === NOT_INSTALLED_STATUS ? notInstalled(messages) : notStarted(folder, messages);
}

function notInstalled(messages: string): ChainfleetError {
  return new ChainfleetError({
    code: "CLEANROOM_NOT_INSTALLED",
    summary: `A cleanroom cannot be made on this machine yet. ${messages.trim().replace(/^local target: /, "")}`,
  });
}

function notStarted(folder: string, messages: string): ChainfleetError {
  return new ChainfleetError({
    code: "CLEANROOM_NOT_STARTED",
    summary: `The local target of the cleanroom ${folder} did not start:\n${messages.trim().split("\n").slice(-15).join("\n")}`,
    next: `The logs of its services are in ${folder}/.chainfleet/local/logs.`,
  });
}
