import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import type { Faults } from "./faults";
import type { Statistics } from "./statistics";

/**
 * The control API: lets a person or a test look at the machines and disturb them.
 *
 * - `GET /_control/statistics`: machines and runs of fio; `DELETE` forgets what has ended
 * - `GET /_control/faults`, `PUT /_control/faults`: the fault script, see faults.ts
 *
 * Errors are `{"error": "…"}` with status 400 or 404.
 */
export function controlServer(faults: Faults, statistics: Statistics): Server {
  return createServer(async (request, response) => {
    const reply = (status: number, value: unknown) =>
      response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(value)}\n`);
    try {
      switch (`${request.method} ${request.url}`) {
        case "GET /_control/statistics":
          reply(200, statistics.report());
          return;
        case "DELETE /_control/statistics":
          statistics.clear();
          reply(200, statistics.report());
          return;
        case "GET /_control/faults":
          reply(200, faults.report());
          return;
        case "PUT /_control/faults":
          faults.set(JSON.parse(await text(request)));
          reply(200, faults.report());
          return;
        default:
          reply(404, {
            error: `there is no ${request.method} ${request.url}; see /_control/statistics, /_control/faults`,
          });
      }
    } catch (error) {
      reply(400, { error: (error as Error).message });
    }
  });
}
