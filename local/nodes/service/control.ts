import { createServer, type Server } from "node:http";
import { z } from "zod";
import type { Nodes } from "./nodes";

const faultSchema = z.strictObject({
  namespace: z.string(),
  pod: z.string(),
  /** Simulated milliseconds. */
  delay: z.number().min(0).optional(),
  isolated: z.boolean().optional(),
});

/**
 * What tests ask and inject:
 *
 *     GET  /nodes                                                        all nodes
 *     POST /faults {"namespace", "pod", "delay": MS, "isolated": BOOL}   replaces the faults of a node; none heals it
 */
export function controlServer(nodes: Nodes): Server {
  return createServer(async (request, response) => {
    const reply = (status: number, body: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    if (request.method === "GET" && request.url === "/nodes") {
      reply(200, nodes.overview());
      return;
    }
    if (request.method !== "POST" || request.url !== "/faults") {
      reply(404, { error: "there is GET /nodes and POST /faults" });
      return;
    }
    let body = "";
    for await (const chunk of request) {
      body += chunk;
    }
    const { success, data, error } = faultSchema.safeParse(parsed(body));
    if (!success) {
      reply(400, { error: z.prettifyError(error) });
      return;
    }
    const { namespace, pod, delay, isolated } = data;
    const found = nodes.setFault(namespace, pod, {
      ...(delay === undefined ? {} : { delay: Math.round(delay) }),
      ...(isolated === undefined ? {} : { isIsolated: isolated }),
    });
    reply(found ? 200 : 404, found ? {} : { error: `no node runs in ${namespace}/${pod}` });
  });
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
