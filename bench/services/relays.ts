import { isMainThread, parentPort, Worker, workerData } from "node:worker_threads";
import { type Relay, relayTo } from "./latency";

/** What the thread of the relays works on. */
interface Wanted {
  readonly port: number;
  readonly oneWayMilliseconds: number;
  readonly count: number;
}

/** Relays in a thread of their own, as lines have their own time: what measures does not carry the bytes as well. */
export function startRelays(wanted: Wanted): Promise<{ readonly ports: readonly number[]; close(): void }> {
  const worker = new Worker(__filename, {
    workerData: wanted,
    execArgv: ["--require", require.resolve("../../typescript.js")],
  });
  return new Promise((resolve, reject) => {
    worker.once("error", reject);
    worker.once("message", (ports: readonly number[]) =>
      resolve({ ports, close: () => void worker.terminate() }),
    );
  });
}

async function serve({ port, oneWayMilliseconds, count }: Wanted): Promise<void> {
  const relays: Relay[] = await Promise.all(
    Array.from({ length: count }, () => relayTo(port, oneWayMilliseconds)),
  );
  parentPort?.postMessage(relays.map((relay) => relay.port));
}

if (!isMainThread && workerData !== null) {
  void serve(workerData as Wanted);
}
