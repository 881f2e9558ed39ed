import { createHash } from "node:crypto";
import { createServer } from "node:net";

/**
 * The addresses of the instances: one address of 127.0.0.0/8 for each, so that all of them can listen on the same port
 * (https://www.rfc-editor.org/rfc/rfc1122#section-3.2.1.3). Where the addresses start depends on the state folder, so
 * that services that run side by side rarely ask for the same ones; an address in use is skipped.
 */
export class Addresses {
  #next: number;

  /** @param port the port on which every instance listens. */
  constructor(
    stateFolder: string,
    readonly port: number,
  ) {
    // 127.16.0.0 to 127.239.255.255: tools of developers take addresses near both ends.
    const hash = createHash("sha256").update(stateFolder).digest().readUInt32BE(0);
    this.#next = hash % (LAST - FIRST);
  }

  /** An address on whose port nothing listens. */
  async take(): Promise<string> {
    for (;;) {
      const number = FIRST + (this.#next % (LAST - FIRST));
      this.#next += 1;
      const [second, third, fourth] = [number >> 16, (number >> 8) & 255, number & 255];
      const address = `127.${second}.${third}.${fourth}`;
      if (fourth !== 0 && fourth !== 255 && (await isFree(address, this.port))) {
        return address;
      }
    }
  }
}

const FIRST = 16 << 16;
const LAST = 240 << 16;

function isFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
      .on("error", () => resolve(false))
      .listen(port, host, () => server.close(() => resolve(true)));
  });
}
