import { createServer } from "node:net";
import { expect, it } from "vitest";
import { freePort } from "./free-port";

it("a free port is below those that systems give to outgoing connections, and can be listened at", async () => {
  const ports = await Promise.all(Array.from({ length: 20 }, freePort));
  for (const port of new Set(ports)) {
    expect(port).toBeLessThan(32_768);
    const server = createServer();
    await new Promise<void>((done, reject) => server.on("error", reject).listen(port, "127.0.0.1", done));
    await new Promise((done) => server.close(done));
  }
});
