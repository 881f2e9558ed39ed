import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";

/**
 * Waits until no other process of this machine holds the lock with that name, then runs `work` under the lock.
 *
 * The lock is a socket in Linux's abstract namespace. The socket has no file, and the kernel frees the socket's address
 * when the process ends, so that a killed process never leaves a lock behind. This lock is written by hand because the
 * usual packages (proper-lockfile, for example) lock with a file, and decide by the file's age that the owner has died: a
 * wait of seconds after each kill, and two owners if a busy machine delays the owner's refresh of the file.
 *
 * @param name a unique text of any length, for instance the path of the folder that the lock protects.
 * @param onWait is called once if another process holds the lock.
 */
export async function withLock<Result>(
  name: string,
  work: () => Promise<Result>,
  onWait: () => void = () => {},
): Promise<Result> {
  let lock = await tryToLock(name);
  if (lock === undefined) {
    onWait();
  }
  while (lock === undefined) {
    await untilUnlocked(name);
    lock = await tryToLock(name);
  }
  try {
    return await work();
  } finally {
    lock.release();
  }
}

/** A lock that this process holds until the lock is released or the process ends. */
export interface Lock {
  release(): void;
}

/** Takes the lock with that name; undefined if a process holds the lock. */
export async function tryToLock(name: string): Promise<Lock | undefined> {
  const server = await tryToListen(addressOf(name));
  return server === undefined ? undefined : { release: () => void server.close() };
}

/** Waits until the process that holds the lock has released the lock or has ended. */
export function untilUnlocked(name: string): Promise<void> {
  return new Promise((resolve) => {
    connect({ path: addressOf(name) })
      .on("error", () => {})
      .on("close", () => resolve())
      .resume();
  });
}

function addressOf(name: string): string {
  return `\0chainfleet-${createHash("sha256").update(name).digest("hex")}`;
}

/** Undefined if another process listens at the address. Closing the server releases the lock. */
function tryToListen(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => {}).on("close", () => waiting.delete(socket));
    });
    const close = server.close.bind(server);
    // A process that waits for the lock stays connected, and its connection ends when the lock is released.
    server.close = (callback) => {
      const closed = close(callback);
      for (const socket of waiting) {
        socket.destroy();
      }
      return closed;
    };
    server.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve(undefined) : reject(error),
    );
    server.listen({ path: address }, () => resolve(server));
  });
}
