import { createServer, type IncomingMessage, type Server } from "node:http";
import { buffer } from "node:stream/consumers";
import type { Answer, ApiRequest, Explorer } from "./explorer";
import { RateLimit } from "./rate-limit";

/** One HTTP server for all explorers; each explorer has a path of its own and its own rate limit. */
export function explorersServer(explorers: Readonly<Record<string, Explorer>>, rate: number): Server {
  const limits = new Map(Object.keys(explorers).map((name) => [name, new RateLimit(rate)]));
  const answer = async (message: IncomingMessage): Promise<Answer> => {
    const url = new URL(message.url ?? "/", "http://127.0.0.1");
    const [name = "", ...path] = url.pathname.split("/").filter((part) => part !== "");
    const explorer = Object.hasOwn(explorers, name) ? explorers[name] : undefined;
    const body = await buffer(message);
    if (explorer === undefined) {
      return {
        status: 404,
        body: { message: `there is no explorer ${name}; there are ${Object.keys(explorers).join(", ")}` },
      };
    }
    return limits.get(name)?.take() ? explorer.answer(requestOf(message, path, url, body)) : explorer.tooMany;
  };
  return createServer((message, response) => {
    answer(message)
      .catch((error: Error): Answer => {
        console.error(`${message.method} ${message.url}: ${error.stack}`);
        return { status: 500, body: { message: "The server encountered an unexpected error." } };
      })
      .then(({ status, body }) => {
        response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
      });
  });
}

function requestOf(message: IncomingMessage, path: readonly string[], url: URL, body: Buffer): ApiRequest {
  const type = message.headers["content-type"] ?? "";
  return {
    method: message.method ?? "GET",
    path,
    query: url.searchParams,
    text: async () => body.toString("utf8"),
    form: async () => {
      const data = await new Response(new Uint8Array(body), { headers: { "content-type": type } })
        .formData()
        .catch(() => new FormData());
      const fields = new Map<string, string>();
      for (const [name, value] of data.entries()) {
        fields.set(name, typeof value === "string" ? value : await value.text());
      }
      return fields;
    },
  };
}
