import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { requireLocalTarget } from "./local-target";

afterEach(() => {
  vi.unstubAllEnvs();
});

it("sends no request in a shell for real clouds", async () => {
  vi.stubEnv("CHAINFLEET_LOCAL_TARGET", undefined);
  await requireLocalTarget();
});

it("accepts a local target that answers, and reports a local target that does not", async () => {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  vi.stubEnv("CHAINFLEET_LOCAL_TARGET", `http://127.0.0.1:${port}`);
  await requireLocalTarget();
  await new Promise((resolve) => server.close(resolve));
  await expect(requireLocalTarget()).rejects.toMatchObject({
    code: "LOCAL_TARGET_NOT_RUNNING",
    summary: expect.stringContaining("is not running. Nothing was changed."),
  });
});
