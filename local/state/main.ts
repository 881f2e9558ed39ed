import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { endStaleChildren, start } from "../kubernetes/control-plane/children";
import { freePort } from "../services/free-port";
import { stateProgram } from "./program";

/**
 * The state service as a local service: runs the Go program in `build` as a child process.
 *
 *     main.ts --state DIR [--port-http N]
 *
 * Prints `{"http":PORT}` once the program answers. Exits with status 1 when the program exits.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { state: { type: "string" }, "port-http": { type: "string", default: "0" } },
  });
  if (values.state === undefined) {
    throw new Error("--state DIR is required");
  }
  const folder = resolve(values.state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [command] = await Promise.all([stateProgram(console.error), endStaleChildren(folder)]);
  const port = Number(values["port-http"]) || (await freePort());
  const child = start({ name: "state", command, args: ["--folder", folder, "--port", String(port)] }, folder);
  let isEnding = false;
  child.ended.then((outcome) => {
    if (!isEnding) {
      fail(new Error(`the program ${outcome}; see logs/state.log in ${folder}`));
    }
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      isEnding = true;
      child.stop(STOP_MILLISECONDS).then(() => process.exit(0), fail);
    });
  }
  await untilReady(`http://127.0.0.1:${port}/api/user`);
  process.stdout.write(`${JSON.stringify({ http: port })}\n`);
}

/** The program waits up to three seconds for the requests in progress. */
const STOP_MILLISECONDS = 5_000;

async function untilReady(url: string): Promise<void> {
  const deadline = performance.now() + START_MILLISECONDS;
  while (
    !(await fetch(url, { signal: AbortSignal.timeout(5_000) }).then(
      () => true,
      () => false,
    ))
  ) {
    if (performance.now() > deadline) {
      throw new Error(`the program did not answer within ${START_MILLISECONDS / 1000} s`);
    }
    await delay(10);
  }
}

const START_MILLISECONDS = 30_000;

function fail(error: unknown): never {
  console.error(`the state service failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
