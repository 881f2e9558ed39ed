import { parentPort } from "node:worker_threads";
import solc from "solc";

/**
 * A worker thread that compiles, because solc blocks its thread for seconds while the server must keep answering.
 * The thread answers a standard JSON input with the compiler's output, and an empty text with the compiler's version.
 */
parentPort?.on("message", (input: string) => {
  parentPort?.postMessage(input === "" ? solc.version() : solc.compile(input));
});
