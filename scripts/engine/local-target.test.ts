import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { requireLocalTarget, targetLine } from "./local-target";

const servers: Server[] = [];
beforeEach(() => {
  // The shell that runs the tests may use a local target of its own.
  for (const variable of Object.keys(process.env).filter((name) =>
    /^CHAINFLEET_|^PULUMI_|^AWS_/.test(name),
  )) {
    vi.stubEnv(variable, undefined);
  }
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await Promise.all(servers.splice(0).map(close));
});

async function serve(): Promise<{ server: Server; url: string }> {
  const server = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  servers.push(server);
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function close(server: Server): Promise<void> {
  await new Promise((resolve) => server.close(resolve));
}

describe("a command", () => {
  it("checks nothing in a shell for real clouds, and says that the stack is real", async () => {
    vi.stubEnv("CHAINFLEET_CHAIN_138_RPC", "http://127.0.0.1:1");
    await requireLocalTarget("azure");
    expect(targetLine("azure")).toContain("real");
  });

  it("accepts a local target that answers, and says that the stack is simulated", async () => {
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", (await serve()).url);
    await requireLocalTarget("dev");
    expect(targetLine("dev")).toContain("simulated");
  });

  it("names every service that does not answer, and the command that renews the environment", async () => {
    const cloud = await serve();
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", cloud.url);
    vi.stubEnv("CHAINFLEET_LOCAL_CLOUD_CONTROL", cloud.url);
    const state = await serve();
    vi.stubEnv("PULUMI_BACKEND_URL", state.url);
    await requireLocalTarget("dev");
    await close(state.server);
    await expect(requireLocalTarget("dev")).rejects.toMatchObject({
      code: "LOCAL_TARGET_NOT_RUNNING",
      summary: expect.stringContaining(`nothing answers at ${state.url} (PULUMI_BACKEND_URL). `),
      next: expect.stringContaining('eval "$(make -s env)"'),
    });
  });

  it("refuses a stack for which the local target was not started, before it looks for services", async () => {
    vi.stubEnv("CHAINFLEET_LOCAL_TARGET", "http://127.0.0.1:1");
    vi.stubEnv("CHAINFLEET_LOCAL_STACKS", "dev,azure-24");
    await expect(requireLocalTarget("organization/chainfleet/azure")).rejects.toMatchObject({
      code: "STACK_NOT_LOCAL",
      next: expect.stringContaining("local/run --stack azure bin/chainfleet … --stack azure"),
    });
    await expect(requireLocalTarget("rolling")).rejects.toMatchObject({
      next: expect.stringContaining("local/run --aws bin/chainfleet"),
    });
    await expect(requireLocalTarget("azrue")).rejects.toMatchObject({ code: "STACK_FILE_MISSING" });
    for (const stack of ["dev", "azure-24", "dev.eastus"]) {
      await expect(requireLocalTarget(stack)).rejects.toMatchObject({ code: "LOCAL_TARGET_NOT_RUNNING" });
    }
  });
});
