import { randomInt } from "node:crypto";
import { createServer } from "node:net";

/**
 * A loopback port that is free now. The port is below those that systems give to outgoing connections (Linux: from 32768
 * on, macOS: from 49152 on), one of which would otherwise take the port now and then before its program listens.
 *
 * @throws if no port is free.
 */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < MOST_ATTEMPTS; attempt += 1) {
    const port = randomInt(LOWEST_PORT, HIGHEST_PORT + 1);
    if (await isFree(port)) {
      return port;
    }
  }
  throw new Error(`none of ${MOST_ATTEMPTS} ports between ${LOWEST_PORT} and ${HIGHEST_PORT} is free`);
}

const LOWEST_PORT = 15_000;
const HIGHEST_PORT = 32_000;
const MOST_ATTEMPTS = 100;

function isFree(port: number): Promise<boolean> {
  return new Promise((done) => {
    const server = createServer().on("error", () => done(false));
    server.listen(port, "127.0.0.1", () => server.close(() => done(true)));
  });
}
