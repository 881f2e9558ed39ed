import { mkdtempSync, rmSync } from "node:fs";
import type { Server } from "node:net";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { setTimeout as delay } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { answerCommands } from "./commands";
import { guestSocket } from "./environment";

let state: string;
let server: Server;
let release: () => void;
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), "commands-"));
  const released = new Promise<void>((resolve) => {
    release = resolve;
  });
  server = await answerCommands(state, async ({ args }) => {
    if (args.includes("later")) {
      await released;
    }
    return { stdout: args.join(" ") };
  });
});
afterEach(() => {
  server.close();
  rmSync(state, { recursive: true, force: true });
});

const command = (...args: string[]) =>
  `${JSON.stringify({ machine: "m", command: "systemctl", args, cwd: "/" })}\n`;

async function asked(line: string): Promise<unknown> {
  const socket = connect(guestSocket(state));
  socket.write(line);
  return JSON.parse(await text(socket));
}

test("a command is answered, and what is no command is refused", async () => {
  expect(await asked(command("start", "job"))).toEqual({ stdout: "start job" });
  expect(await asked('{"machine":"m"}\n')).toMatchObject({ exit: 1 });
});

test("a process that is killed while it waits for its answer does not harm the service", async () => {
  const socket = connect(guestSocket(state));
  socket.write(command("later"));
  await delay(50);
  socket.destroy();
  await delay(50);
  release();
  expect(await asked(command("status"))).toEqual({ stdout: "status" });
});
