import { createHash } from "node:crypto";
import { connect, createServer, type Server } from "node:net";

/**
 * Runs `work` while no other process of this machine holds the lock of the same name; waits for its turn.
 *
 * The lock is a socket in Linux's abstract namespace: it has no file, and the kernel frees it with the
 * process that holds it, so a killed holder never leaves it taken.
 *
 * @param name anything unique, for instance the path of what is guarded; no length limit
 * @param onWait called once if another process holds the lock
 */
export async function withLock<Result>(
  name: string,
  work: () => Promise<Result>,
  onWait: () => void = () => {},
): Promise<Result> {
  const address = `\0chainfleet-${createHash("sha256").update(name).digest("hex")}`;
  let holder = await take(address);
  if (holder === undefined) {
    onWait();
  }
  while (holder === undefined) {
    await released(address);
    holder = await take(address);
  }
  try {
    return await work();
  } finally {
    holder.close();
  }
}

function take(address: string): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const waiting = new Set<{ destroy(): void }>();
    const server = createServer((socket) => {
      waiting.add(socket);
      socket.on("error", () => {}).on("close", () => waiting.delete(socket));
    });
    const close = server.close.bind(server);
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

/** Settles when the connection to the holder ends, however it ends. */
function released(address: string): Promise<void> {
  return new Promise((resolve) => {
    connect({ path: address })
      .on("error", () => {})
      .on("close", () => resolve())
      .resume();
  });
}
