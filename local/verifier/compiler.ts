import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ISolidityCompiler, SolidityJsonInput, SolidityOutput } from "@ethereum-sourcify/lib-sourcify";
import { CHECKOUT } from "../root";

/**
 * The npm package's solc in worker threads, at most one per core. Outputs are cached by their input, so that a contract
 * submitted to three explorers is compiled once.
 *
 * The pool of threads is written by hand: p-queue limits what runs at the same time, but keeps no threads with a loaded
 * solc, and piscina, which does, brings a native package for each platform.
 */
export class Compiler implements ISolidityCompiler {
  readonly #outputs = new Map<string, Promise<string>>();
  readonly #idle: { readonly worker: Worker; readonly expiry: NodeJS.Timeout }[] = [];
  readonly #waiting: ((worker: Worker) => void)[] = [];
  #workers = 0;

  /** True if the version is the installed solc's; explorers write it as `v0.8.37+commit.f401782d`. */
  async isKnown(version: string): Promise<boolean> {
    const installed = await this.#cachedAnswer("");
    return version.replace(/^v/, "") === installed.replace(/\.Emscripten.*/, "");
  }

  /** @throws an Error with the compiler's errors as `errors` if the sources do not compile */
  async compile(_version: string, input: SolidityJsonInput): Promise<SolidityOutput> {
    const output = JSON.parse(await this.#cachedAnswer(JSON.stringify(input))) as SolidityOutput;
    const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
    if (errors.length > 0) {
      throw Object.assign(new Error("the sources do not compile"), { errors });
    }
    // solc omits `contracts` if no contract has the requested name; lib-sourcify requires the key.
    return { ...output, contracts: output.contracts ?? {} };
  }

  /** The answer from the cache, whose keys are in order of last use, or from a thread. */
  #cachedAnswer(text: string): Promise<string> {
    const key = createHash("sha256").update(text).digest("hex");
    const answer = this.#outputs.get(key) ?? this.#ask(text);
    this.#outputs.delete(key);
    this.#outputs.set(key, answer);
    answer.catch(() => this.#outputs.delete(key));
    for (const oldest of [...this.#outputs.keys()].slice(0, -KEPT_OUTPUTS)) {
      this.#outputs.delete(oldest);
    }
    return answer;
  }

  async #ask(text: string): Promise<string> {
    const worker = await this.#take();
    let settle = () => {};
    try {
      const answer = await new Promise<string>((resolve, reject) => {
        const ended = () => reject(new Error("the compiler's thread ended"));
        worker.on("message", resolve).on("error", reject).on("exit", ended);
        // The listeners are removed one by one: removing all would also remove the worker's own, which deliver messages.
        settle = () => worker.off("message", resolve).off("error", reject).off("exit", ended);
        worker.postMessage(text);
      });
      settle();
      this.#release(worker);
      return answer;
    } catch (error) {
      settle();
      await worker.terminate();
      this.#workers--;
      const next = this.#waiting.shift();
      if (next !== undefined) {
        next(this.#start());
      }
      throw error;
    }
  }

  #take(): Promise<Worker> {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      clearTimeout(idle.expiry);
      return Promise.resolve(idle.worker);
    }
    return this.#workers < availableParallelism()
      ? Promise.resolve(this.#start())
      : new Promise((resolve) => this.#waiting.push(resolve));
  }

  #start(): Worker {
    this.#workers++;
    return new Worker(START, { eval: true });
  }

  #release(worker: Worker): void {
    const next = this.#waiting.shift();
    if (next !== undefined) {
      next(worker);
      return;
    }
    // Idle threads end after a while, because a thread with solc holds some 150 MiB.
    const expiry = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.worker === worker),
        1,
      );
      this.#workers--;
      void worker.terminate();
    }, IDLE_MS);
    this.#idle.push({ worker, expiry });
  }
}

const KEPT_OUTPUTS = 32;
const IDLE_MS = 60_000;

const START = `
require(${JSON.stringify(join(CHECKOUT, "typescript.js"))});
require(${JSON.stringify(join(__dirname, "compiler-thread.ts"))});
`;
