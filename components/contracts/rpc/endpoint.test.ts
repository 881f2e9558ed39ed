import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpRequestError } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ChainfleetError } from "../../error";
import { readFromEndpoint, sendThroughEndpoint } from "./endpoint";

/** A node of chain 138; paths that begin with /locked are answered 401. */
let server: Server;
let url: string;
beforeAll(async () => {
  server = createServer((request, response) => {
    if (request.url?.startsWith("/locked") === true) {
      response.writeHead(401).end("{}");
      return;
    }
    let body = "";
    request.on("data", (chunk) => {
      body += chunk;
    });
    request.on("end", () => {
      const calls = [JSON.parse(body)].flat() as { id: number }[];
      response.setHeader("content-type", "application/json");
      response.end(JSON.stringify(calls.map(({ id }) => ({ jsonrpc: "2.0", id, result: "0x8a" }))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/a-key`;
  process.env["ENDPOINT_TEST_RPC"] = url;
});
afterAll(() => {
  Reflect.deleteProperty(process.env, "ENDPOINT_TEST_RPC");
  server.close();
});

const VARIABLE = "$" + "{ENDPOINT_TEST_RPC}";
const chain = { name: "mainnet", chainId: 138, configKey: "config:chains.mainnet" };
const refused = async (at: string) => {
  const system = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  throw new HttpRequestError({ url: at, cause: new TypeError("fetch failed", { cause: system }) });
};
const errorOf = (work: Promise<unknown>) =>
  work.then(
    () => expect.unreachable(),
    (error: ChainfleetError) => error,
  );

describe("an endpoint that fails", () => {
  it("is reported with the cause, the host and the config key, and without the URL's path", async () => {
    const { message } = await errorOf(readFromEndpoint(chain, VARIABLE, refused));
    expect(message).toBe(
      `RPC_FAILED: mainnet: HTTP request failed. fetch failed (ECONNREFUSED) (${new URL(url).host})\n` +
        "The endpoint is set by config:chains.mainnet.rpcUrl, from ENDPOINT_TEST_RPC.",
    );
    const written = await errorOf(readFromEndpoint(chain, url, refused));
    expect(written.message).toContain("config:chains.mainnet.rpcUrl, or by the network");
    expect(written.message).not.toContain("a-key");
  });

  it("mentions sent transactions only if some may have been sent", async () => {
    const { message: sending } = await errorOf(sendThroughEndpoint(chain, VARIABLE, refused));
    expect(sending).toMatch(/What was sent is not lost/);
    const { message: reading } = await errorOf(readFromEndpoint(chain, VARIABLE, refused));
    expect(reading).not.toMatch(/sent/);
    const lockedUrl = url.replace("a-key", "locked");
    const { message: locked } = await errorOf(sendThroughEndpoint(chain, lockedUrl, refused));
    expect(locked).toMatch(/\(status 401\)/);
    expect(locked).not.toMatch(/sent|locked/);
  });

  it.each([
    "127.0.0.1:8545/a-key",
    "localhost:8545/a-key",
    "node.example.com/a-key",
    "wss://node.example.com/a-key",
  ])("is refused in one sentence without the URL if the variable lacks http://: %s", async (value) => {
    process.env["ENDPOINT_TEST_OTHER"] = value;
    const error = await errorOf(readFromEndpoint(chain, `\${ENDPOINT_TEST_OTHER}`, async () => {}));
    expect(error).toMatchObject({
      code: "RPC_URL_INVALID",
      next: expect.stringContaining("from ENDPOINT_TEST_OTHER. Write the whole URL"),
    });
    expect(error.message).not.toContain("a-key");
  });

  it("is refused if it serves another chain than the config says", async () => {
    const error = await errorOf(sendThroughEndpoint({ ...chain, chainId: 1 }, url, refused));
    expect(error.code).toBe("RPC_WRONG_CHAIN");
    expect(error.summary).toBe(
      "mainnet: its endpoint is chain 138, and the config says 1. Nothing was sent.",
    );
    expect(error.next).toBe("Correct rpcUrl or chainId under config:chains.mainnet.");
  });
});
