import { mkdirSync } from "node:fs";
import { createServer } from "node:net";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { endStaleChildren, type Running, start } from "../kubernetes/control-plane/children";
import { anvil } from "./anvil";
import { rpc } from "./rpc";
import { SavedState } from "./saved-state";

/**
 * A chain as a local service: anvil as its child, saved to disk every few seconds and when it is told to end.
 *
 *     main.ts --state DIR --chain-id N [--without-deployer] [--save-seconds N] [--port-rpc N]
 *
 * Prints `{"rpc":PORT}` when the chain answers with its id. Started again on the same folder it goes on with
 * the same blocks. Ends with status 1 when anvil does, or no longer answers as this chain.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "chain-id": { type: "string" },
      "without-deployer": { type: "boolean", default: false },
      "save-seconds": { type: "string", default: "10" },
      "port-rpc": { type: "string", default: "0" },
    },
  });
  if (values.state === undefined || values["chain-id"] === undefined) {
    throw new Error("--state DIR and --chain-id N are needed");
  }
  const folder = resolve(values.state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await endStaleChildren(folder);
  const chainId = Number(values["chain-id"]);
  const port = Number(values["port-rpc"]) || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const saved = new SavedState(folder);
  const loadState = saved.restore();
  const deployer = !values["without-deployer"];
  const child = start(
    anvil({ chainId, port, blockSeconds: BLOCK_SECONDS, deployer, ...(loadState && { loadState }) }),
    folder,
  );
  const ending = new AbortController();
  child.ended.then((how) => {
    if (!ending.signal.aborted) {
      fail(new Error(`anvil ${how}; see logs/anvil.log in ${folder}`));
    }
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      end(child, saved, url, ending).catch(fail);
    });
  }
  await ready(url, chainId);
  saved.discardRestored();
  await saved.save(url);
  process.stdout.write(`${JSON.stringify({ rpc: port })}\n`);
  await keep(saved, url, chainId, Number(values["save-seconds"]), ending.signal);
}

/** As long as a real consortium chain's blocks take; not scaled, because lanes and waits are tested with it. */
const BLOCK_SECONDS = 2;

/** Waits until the chain answers with its id. A long history takes a moment to load. */
async function ready(url: string, chainId: number): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1000;
  let last = await health(url, chainId);
  while (last !== undefined) {
    if (performance.now() > deadline) {
      throw new Error(`anvil was not ready after ${START_SECONDS} s: ${last}`);
    }
    await delay(50);
    last = await health(url, chainId);
  }
}

const START_SECONDS = 45;

/** Why the chain is not healthy; undefined if it is. */
async function health(url: string, chainId: number): Promise<string | undefined> {
  try {
    const answer = Number(await rpc<string>(url, "eth_chainId", [], 5));
    return answer === chainId ? undefined : `${url} is chain ${answer}, not ${chainId}`;
  } catch (error) {
    return `${url} does not answer: ${(error as Error).message}`;
  }
}

/** Saves and looks after the chain until the service ends. */
async function keep(
  saved: SavedState,
  url: string,
  chainId: number,
  saveSeconds: number,
  signal: AbortSignal,
): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    await delay(saveSeconds * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) {
      return;
    }
    const problem =
      (await health(url, chainId)) ??
      (await saved.save(url).then(
        () => undefined,
        (error: Error) => `the chain could not be saved: ${error.message}`,
      ));
    failures = problem === undefined ? 0 : failures + 1;
    if (problem !== undefined && !signal.aborted) {
      console.error(problem);
      if (failures === FAILURES_ALLOWED) {
        throw new Error(`${problem}; this was the ${failures}th time, so the service ends`);
      }
    }
  }
}

const FAILURES_ALLOWED = 3;

async function end(child: Running, saved: SavedState, url: string, ending: AbortController): Promise<void> {
  ending.abort();
  await saved.save(url).catch((error: Error) => console.error(`not saved at the end: ${error.message}`));
  await child.stop(2_000);
  process.exit(0);
}

function freePort(): Promise<number> {
  return new Promise((done, reject) => {
    const server = createServer().on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => done(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function fail(error: unknown): never {
  console.error(`the chain failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
