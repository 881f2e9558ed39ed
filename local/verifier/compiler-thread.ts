import { parentPort } from "node:worker_threads";
import solc from "solc";

/**
 * A thread that compiles: solc keeps a thread busy for seconds, and the server has to answer meanwhile.
 * A standard JSON input is answered with its output, an empty text with the compiler's version.
 */
parentPort?.on("message", (input: string) => {
  parentPort?.postMessage(input === "" ? solc.version() : solc.compile(input));
});
