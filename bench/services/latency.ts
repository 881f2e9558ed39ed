import { connect, createServer, type Server, type Socket } from "node:net";

/**
 * A TCP relay to a port of this machine on which every byte is late: what goes one way waits, as on a line of that length. Opening
 * a connection takes a round trip, too.
 *
 * @param oneWayMilliseconds half of a round trip.
 */
export function relayTo(port: number, oneWayMilliseconds: number): Promise<Relay> {
  const server = createServer({ pauseOnConnect: true }, (near) => {
    // The kernel has accepted already; what the client sends first waits for the handshake's round trip as well.
    setTimeout(() => {
      const far = connect({ host: "127.0.0.1", port });
      pass(near, far, oneWayMilliseconds);
      pass(far, near, oneWayMilliseconds);
      near.resume();
    }, 2 * oneWayMilliseconds);
  });
  return listening(server);
}

/** A server that takes connections and never says a word. */
export function silence(): Promise<Relay> {
  return listening(createServer(() => undefined));
}

export interface Relay {
  readonly port: number;
  /** Ends all connections, too. */
  close(): void;
}

function listening(server: Server): Promise<Relay> {
  const sockets = new Set<Socket>();
  server.on("connection", (socket: Socket) => sockets.add(socket));
  return new Promise((resolve) => {
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      resolve({
        port: typeof address === "object" && address !== null ? address.port : 0,
        close: () => {
          server.close();
          for (const socket of sockets) {
            socket.destroy();
          }
        },
      });
    });
  });
}

function pass(from: Socket, to: Socket, milliseconds: number): void {
  from.on("data", (data) => setTimeout(() => to.writable && to.write(data), milliseconds));
  // Whatever was sent before the end is still under way.
  from.on("close", () => setTimeout(() => to.destroySoon(), milliseconds));
  from.on("error", () => undefined);
}
