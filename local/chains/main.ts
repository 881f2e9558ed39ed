import { mkdirSync } from "node:fs";
import { resolve } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { parseArgs } from "node:util";
import { endStaleChildren, type Running, start } from "../kubernetes/control-plane/children";
import { freePort } from "../services/free-port";
import { anvil } from "./anvil";
import { rpc } from "./rpc";
import { SavedState } from "./saved-state";

/**
 * A chain as a local service: runs anvil as a child process and saves the chain to disk every few seconds and on SIGTERM.
 *
 *     main.ts --state DIR --chain-id N [--save-seconds N] [--port-rpc N]
 *
 * Prints `{"rpc":PORT}` once the chain answers with its id. When the service is restarted on the same folder, the
 * chain continues from its saved blocks. Exits with status 1 when anvil exits or no longer answers as this chain.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      state: { type: "string" },
      "chain-id": { type: "string" },
      "save-seconds": { type: "string", default: "10" },
      "port-rpc": { type: "string", default: "0" },
    },
  });
  if (values.state === undefined || values["chain-id"] === undefined) {
    throw new Error("--state DIR and --chain-id N are required");
  }
  const folder = resolve(values.state);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  await endStaleChildren(folder);
  const chainId = Number(values["chain-id"]);
  const port = Number(values["port-rpc"]) || (await freePort());
  const url = `http://127.0.0.1:${port}`;
  const saved = new SavedState(folder);
  const loadState = saved.restore();
  const child = start(
    anvil({ chainId, port, blockSeconds: BLOCK_SECONDS, ...(loadState && { loadState }) }),
    folder,
  );
  const ending = new AbortController();
  child.ended.then((outcome) => {
    if (!ending.signal.aborted) {
      fail(new Error(`anvil ${outcome}; see logs/anvil.log in ${folder}`));
    }
  });
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => {
      end(child, saved, url, ending).catch(fail);
    });
  }
  await untilReady(url, chainId);
  saved.discardRestored();
  await saved.save(url);
  process.stdout.write(`${JSON.stringify({ rpc: port })}\n`);
  await saveRegularly({
    saved,
    url,
    chainId,
    saveSeconds: Number(values["save-seconds"]),
    signal: ending.signal,
  });
}

/** The block time of a real consortium chain; not scaled, because tests of lanes and waits depend on real blocks. */
const BLOCK_SECONDS = 2;

/** Waits until the chain answers with its id; loading a long history takes some time. */
async function untilReady(url: string, chainId: number): Promise<void> {
  const deadline = performance.now() + START_SECONDS * 1000;
  let problem = await healthProblem(url, chainId);
  while (problem !== undefined) {
    if (performance.now() > deadline) {
      throw new Error(`anvil was not ready after ${START_SECONDS} s: ${problem}`);
    }
    await delay(50);
    problem = await healthProblem(url, chainId);
  }
}

const START_SECONDS = 45;

/** Why the chain is unhealthy; undefined if the chain is healthy. */
async function healthProblem(url: string, chainId: number): Promise<string | undefined> {
  try {
    const answer = Number(await rpc<string>(url, "eth_chainId", [], 5));
    return answer === chainId ? undefined : `${url} is chain ${answer}, not ${chainId}`;
  } catch (error) {
    return `${url} does not answer: ${(error as Error).message}`;
  }
}

interface SaveSchedule {
  readonly saved: SavedState;
  readonly url: string;
  readonly chainId: number;
  readonly saveSeconds: number;
  readonly signal: AbortSignal;
}

/** Checks and saves the chain regularly until the service ends. Throws after several failures in a row. */
async function saveRegularly({ saved, url, chainId, saveSeconds, signal }: SaveSchedule): Promise<void> {
  for (let failures = 0; !signal.aborted; ) {
    await delay(saveSeconds * 1000, undefined, { signal }).catch(() => {});
    if (signal.aborted) {
      return;
    }
    const problem =
      (await healthProblem(url, chainId)) ??
      (await saved.save(url).then(
        () => undefined,
        (error: Error) => `the chain could not be saved: ${error.message}`,
      ));
    failures = problem === undefined ? 0 : failures + 1;
    if (problem !== undefined && !signal.aborted) {
      console.error(problem);
      if (failures === FAILURES_ALLOWED) {
        throw new Error(`${problem}; this was failure ${failures} in a row, so the service ends`);
      }
    }
  }
}

const FAILURES_ALLOWED = 3;

async function end(child: Running, saved: SavedState, url: string, ending: AbortController): Promise<void> {
  ending.abort();
  await saved
    .save(url)
    .catch((error: Error) => console.error(`the chain could not be saved at shutdown: ${error.message}`));
  await child.stop(2_000);
  process.exit(0);
}

function fail(error: unknown): never {
  console.error(`the chain failed: ${error instanceof Error ? error.message : String(error)}`);
  process.exit(1);
}

main().catch(fail);
