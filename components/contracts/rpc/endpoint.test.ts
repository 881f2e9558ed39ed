import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { HttpRequestError } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { askEndpoint, atEndpoint } from "./endpoint";

/** A node of chain 138. */
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
const chain = { name: "mainnet", chainId: 138 };
const refused = async (at: string) => {
  const system = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
  throw new HttpRequestError({ url: at, cause: new TypeError("fetch failed", { cause: system }) });
};
const messageOf = (work: Promise<unknown>) =>
  work.then(
    () => "",
    (error: Error) => error.message,
  );

describe("an endpoint that fails", () => {
  it("is told with the cause, the host and the config key, and without the URL's path", async () => {
    expect(await messageOf(askEndpoint(chain, VARIABLE, refused))).toBe(
      `mainnet: HTTP request failed. fetch failed (ECONNREFUSED) (${new URL(url).host})\n` +
        "Its endpoint is that of chainfleet:contracts.chains.mainnet.rpcUrl, from ENDPOINT_TEST_RPC.",
    );
    const written = await messageOf(askEndpoint(chain, url, refused));
    expect(written).toContain("that of chainfleet:contracts.chains.mainnet.rpcUrl, or of the network");
    expect(written).not.toContain("a-key");
  });

  it("leaves something sent only where something may have been", async () => {
    expect(await messageOf(atEndpoint(chain, VARIABLE, refused))).toMatch(/What was sent is not lost/);
    expect(await messageOf(askEndpoint(chain, VARIABLE, refused))).not.toMatch(/sent/);
    const locked = await messageOf(atEndpoint(chain, url.replace("a-key", "locked"), refused));
    expect(locked).toMatch(/\(status 401\)/);
    expect(locked).not.toMatch(/sent|locked/);
  });

  it("is another chain than the config says", async () => {
    expect(await messageOf(atEndpoint({ ...chain, chainId: 1 }, url, refused))).toMatch(
      /^mainnet: its endpoint is chain 138, and the config says 1\. Nothing was sent\.\n/,
    );
  });
});
