import type { ServerResponse } from "node:http";
import { z } from "zod";
import type { Front } from "./server";

/**
 * The control API: lets a person or a test look at the simulated account and disturb it.
 *
 * - `GET /_control/statistics`: calls, throttles and errors by action and region; `DELETE` forgets them
 * - `GET /_control/faults`, `PUT /_control/faults`: the fault script, see conditions/faults.ts
 * - `GET /_control/alarms`, `PUT /_control/alarms`: the names of the alarms of CloudWatch in the state ALARM
 * - `PUT /_control/durations`: "drawn" (each from its range) or "middle" (each the middle of its range)
 *
 * Errors are `{"error": "…"}` with status 400 or 404.
 */
export async function handleControl(
  front: Front,
  { method, path, body }: { readonly method: string; readonly path: string; readonly body: string },
  response: ServerResponse,
): Promise<void> {
  const { account, statistics } = front;
  const reply = (status: number, value: unknown) =>
    response.writeHead(status, { "content-type": "application/json" }).end(`${JSON.stringify(value)}\n`);
  try {
    switch (`${method} ${path}`) {
      case "GET /_control/statistics":
        reply(200, statistics.report());
        return;
      case "DELETE /_control/statistics":
        statistics.clear();
        reply(200, statistics.report());
        return;
      case "GET /_control/faults":
        reply(200, account.faults.report());
        return;
      case "PUT /_control/faults":
        account.faults.set(JSON.parse(body));
        reply(200, account.faults.report());
        return;
      case "GET /_control/alarms":
        reply(200, [...account.alarms]);
        return;
      case "PUT /_control/alarms": {
        const names = z.array(z.string()).parse(JSON.parse(body));
        account.alarms.clear();
        for (const name of names) {
          account.alarms.add(name);
        }
        reply(200, names);
        return;
      }
      case "PUT /_control/durations":
        account.durations = z.enum(["drawn", "middle"]).parse(JSON.parse(body));
        reply(200, account.durations);
        return;
      default:
        reply(404, {
          error: `there is no ${method} ${path}; see /_control/statistics, /_control/faults, /_control/alarms, /_control/durations`,
        });
    }
  } catch (error) {
    reply(400, { error: (error as Error).message });
  }
}
