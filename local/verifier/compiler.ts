import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import type { ISolidityCompiler, SolidityJsonInput, SolidityOutput } from "@ethereum-sourcify/lib-sourcify";

/**
 * The solc of the npm package in threads, at most one a core. What was compiled is kept by its input, so that a
 * contract submitted to three explorers is compiled once.
 */
export class Compiler implements ISolidityCompiler {
  readonly #outputs = new Map<string, Promise<string>>();
  readonly #idle: { readonly worker: Worker; readonly patience: NodeJS.Timeout }[] = [];
  readonly #waiting: ((worker: Worker) => void)[] = [];
  #workers = 0;

  /** Whether it is the one version there is, as explorers write it: `v0.8.37+commit.f401782d`. */
  async isKnown(version: string): Promise<boolean> {
    const known = await this.#answerTo("");
    return version.replace(/^v/, "") === known.replace(/\.Emscripten.*/, "");
  }

  /** @throws with what the compiler has against the sources as `errors` */
  async compile(_version: string, input: SolidityJsonInput): Promise<SolidityOutput> {
    const output = JSON.parse(await this.#answerTo(JSON.stringify(input))) as SolidityOutput;
    const errors = output.errors?.filter(({ severity }) => severity === "error") ?? [];
    if (errors.length > 0) {
      throw Object.assign(new Error("the sources do not compile"), { errors });
    }
    // Without a contract of the wanted name there is no such key, which lib-sourcify does not expect.
    return { ...output, contracts: output.contracts ?? {} };
  }

  /** From what was kept, the latest used last, or from a thread. */
  #answerTo(text: string): Promise<string> {
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
        // One by one: a worker without any listener, its own among them, delivers no more messages.
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
      clearTimeout(idle.patience);
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
    // A thread with solc holds some 150 MiB.
    const patience = setTimeout(() => {
      this.#idle.splice(
        this.#idle.findIndex((idle) => idle.worker === worker),
        1,
      );
      this.#workers--;
      void worker.terminate();
    }, IDLE_MS);
    this.#idle.push({ worker, patience });
  }
}

const KEPT_OUTPUTS = 32;
const IDLE_MS = 60_000;

const START = `
require(${JSON.stringify(join(__dirname, "..", "..", "typescript.js"))});
require(${JSON.stringify(join(__dirname, "compiler-thread.ts"))});
`;
