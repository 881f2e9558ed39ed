import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import { clientOf } from "./client";

interface Call {
  readonly id: number;
  readonly method: string;
}

let server: Server | undefined;
afterEach(() => server?.close());

/** A node whose answer to a batch is `answerBatch`. Counts the bodies that it gets. */
async function node(answerBatch: (calls: readonly Call[]) => { status?: number; body: unknown }) {
  const bodies: unknown[] = [];
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const calls = JSON.parse(text) as Call | Call[];
      bodies.push(calls);
      const { status = 200, body } = Array.isArray(calls) ? answerBatch(calls) : { body: answer(calls) };
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, bodies };
}

const answer = ({ id, method }: Call) => ({
  jsonrpc: "2.0",
  id,
  result: method === "eth_chainId" ? "0x8a" : "0x7",
});
const refusal = (message: string, id: number | null = null) => ({
  jsonrpc: "2.0",
  id,
  error: { code: -32600, message },
});

/** A node that answers every call with the error, or with a status. Counts the calls by method. */
async function failing(failure: { status: number } | { code: number; message: string }) {
  const counts = new Map<string, number>();
  server = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => {
      text += chunk;
    });
    request.on("end", () => {
      const calls = [JSON.parse(text)].flat() as Call[];
      for (const { method } of calls) {
        counts.set(method, (counts.get(method) ?? 0) + 1);
      }
      response.writeHead("status" in failure ? failure.status : 200, { "content-type": "application/json" });
      response.end(JSON.stringify(calls.map(({ id }) => ({ jsonrpc: "2.0", id, error: failure }))));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  return { client: clientOf(`http://127.0.0.1:${(server.address() as AddressInfo).port}`), counts };
}

describe("a question", () => {
  it("that the node fails at is asked once, because the failure is the answer", async () => {
    const { client, counts } = await failing({ code: -32603, message: "Internal error" });
    await expect(client.call({ data: "0x5f" })).rejects.toThrow();
    expect(counts.get("eth_call")).toBe(1);
  });

  it("is asked again while the endpoint limits the rate, but a transaction is sent once", async () => {
    const { client, counts } = await failing({ status: 429 });
    await expect(client.getBlockNumber()).rejects.toThrow();
    await expect(client.sendRawTransaction({ serializedTransaction: "0x02" })).rejects.toThrow();
    expect([counts.get("eth_blockNumber"), counts.get("eth_sendRawTransaction")]).toEqual([6, 1]);
  });
});

const ask = (url: string) => {
  const client = clientOf(url);
  return Promise.all([client.getChainId(), client.getBlockNumber(), client.getBlockNumber()]);
};

describe("an endpoint that refuses batches", () => {
  it.each([
    ["one object", () => ({ body: refusal("Invalid Request") })],
    ["one object, as Besu", () => ({ body: refusal("Number of requests exceeds max batch size") })],
    [
      "a list with one error, as geth",
      (calls: readonly Call[]) => ({ body: [refusal("batch too large", calls[0]?.id)] }),
    ],
    ["status 400", () => ({ status: 400, body: "batch requests are not supported" })],
    ["status 405", () => ({ status: 405, body: {} })],
  ])("with %s is asked without them, and from then on never with one", async (_, answerBatch) => {
    const { url, bodies } = await node(answerBatch);
    expect(await ask(url)).toEqual([138, 7n, 7n]);
    const asked = bodies.length;
    expect(await ask(url)).toEqual([138, 7n, 7n]);
    expect(bodies.slice(asked).every((body) => !Array.isArray(body))).toBe(true);
  });
});

it("an endpoint that takes batches gets one for all questions of a moment", async () => {
  const { url, bodies } = await node((calls) => ({ body: calls.map(answer) }));
  expect(await ask(url)).toEqual([138, 7n, 7n]);
  expect(bodies).toHaveLength(1);
});
