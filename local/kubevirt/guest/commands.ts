import { rmSync } from "node:fs";
import { createServer, type Server, type Socket } from "node:net";
import { z } from "zod";
import { guestSocket } from "./environment";

/** What a stand-in of a machine does after it asked the service: prints and exits, or runs a program. */
export interface CommandAnswer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly exit?: number;
  readonly run?: {
    readonly program: string;
    readonly args: readonly string[];
    readonly environment: Readonly<Record<string, string>>;
  };
}

const request = z.strictObject({
  machine: z.string(),
  command: z.enum(["systemctl", "fio"]),
  args: z.array(z.string()),
  cwd: z.string(),
});

/** A command that a process of a machine runs. */
export type GuestCommand = z.output<typeof request>;

/**
 * Answers the stand-ins of all machines on a Unix socket in the state folder, whose mode keeps other users of this computer
 * out. One request and one answer on each connection, both JSON (see client.js).
 */
export function answerCommands(
  state: string,
  answer: (command: GuestCommand) => Promise<CommandAnswer>,
): Promise<Server> {
  const path = guestSocket(state);
  rmSync(path, { force: true });
  const server = createServer({ allowHalfOpen: true }, async (socket) => {
    // A process that is killed while it waits for its answer closes the socket.
    socket.on("error", () => {});
    const line = await firstLine(socket);
    if (line !== undefined) {
      socket.end(JSON.stringify(await replyTo(line, answer)));
    }
  });
  return new Promise((resolve, reject) => {
    server.on("error", reject).listen(path, () => resolve(server));
  });
}

/** The first line that a client sends; undefined if the client goes before the line is complete. */
function firstLine(socket: Socket): Promise<string | undefined> {
  return new Promise((resolve) => {
    let received = "";
    socket
      .setEncoding("utf8")
      .on("data", (chunk) => {
        received += chunk;
        const end = received.indexOf("\n");
        if (end >= 0) {
          resolve(received.slice(0, end));
        }
      })
      .on("close", () => resolve(undefined));
  });
}

async function replyTo(
  line: string,
  answer: (command: GuestCommand) => Promise<CommandAnswer>,
): Promise<CommandAnswer> {
  try {
    return await answer(request.parse(JSON.parse(line)));
  } catch (error) {
    return { stderr: `${(error as Error).message}\n`, exit: 1 };
  }
}
