import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, existsSync, openSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";
import { JobFailure } from "../run/child-process";
import { type Job, type JobContext, JobUnavailable } from "../run/job";

/** How to work in a cleanroom: an environment of the local target that nobody has used. */
export interface CleanroomAccess {
  /** A copy of the repository, in which commands run. */
  readonly folder: string;
  readonly environment: Readonly<Record<string, string>>;
}

const answerSchema = z.union([
  z.object({ folder: z.string(), environment: z.record(z.string(), z.string()) }),
  z.object({ error: z.object({ code: z.string(), summary: z.string(), next: z.string().optional() }) }),
]);

/**
 * The cleanroom of a run. The first task that needs it takes it from the pool of the local target (`local/cleanroom`), which is a
 * program beside this one: the room goes back to the pool when the run ends, also by kill -9.
 */
export class Cleanroom {
  readonly #root: string;
  #holder: ChildProcess | undefined;
  #access: Promise<CleanroomAccess> | undefined;

  /** @param root the root folder of the repository. */
  constructor(root: string) {
    this.#root = root;
  }

  /**
   * @throws JobUnavailable if programs of the local target have to be installed first.
   * @throws JobFailure if all rooms are taken, or a new one does not work.
   */
  take(context: JobContext): Promise<CleanroomAccess> {
    this.#access ??= this.#take(context);
    return this.#access;
  }

  /** Takes the room for the tasks that follow. */
  takeJob(): Job {
    return async (_, context) => {
      await this.take(context);
      return undefined;
    };
  }

  /** Gives the room back, if there is one. The pool makes it anew without anybody waiting. */
  async giveBack(): Promise<void> {
    const holder = this.#holder;
    this.#holder = undefined;
    this.#access = undefined;
    if (holder !== undefined && holder.exitCode === null && holder.signalCode === null) {
      holder.stdin?.end();
      await once(holder, "exit");
    }
  }

  async #take({ signal, log }: JobContext): Promise<CleanroomAccess> {
    requireLocalTarget(this.#root);
    const messages = openSync(log, "a");
    const holder = spawn(join(this.#root, "local/cleanroom"), ["hold"], {
      cwd: this.#root,
      env: {
        ...process.env,
        CHAINFLEET_CLEANROOM_HOLDER: "chainfleet pipeline",
        // A pipeline does not build programs for a quarter of an hour.
        CHAINFLEET_LOCAL_INSTALL: "never",
      },
      // A Ctrl+C at the terminal is for the pipeline, which gives the room back.
      detached: true,
      stdio: ["pipe", "pipe", messages],
    });
    closeSync(messages);
    this.#holder = holder;
    const stop = () => void holder.stdin?.end();
    signal.addEventListener("abort", stop, { once: true });
    try {
      return accessIn(await firstLine(holder));
    } finally {
      signal.removeEventListener("abort", stop);
    }
  }
}

/** Waits until the rooms that earlier runs have used are ready again, so that making them does not slow down the next run. */
export async function untilRoomsAreReady(root: string): Promise<void> {
  const child = spawn(join(root, "local/cleanroom"), ["fill", "--used"], { cwd: root, stdio: "ignore" });
  // Without the local target there are no rooms.
  await once(child, "close").catch(() => {});
}

function requireLocalTarget(root: string): void {
  if (process.platform !== "linux") {
    throw new JobUnavailable("The local target, which a cleanroom is made of, runs only on Linux.");
  }
  if (!existsSync(join(root, "local/node_modules/.package-lock.json"))) {
    throw new JobUnavailable(
      "The npm packages of the local target are not installed. To install them: npm ci --prefix local",
    );
  }
}

async function firstLine(holder: ChildProcess): Promise<string> {
  const lines = createInterface({ input: holder.stdout as NodeJS.ReadableStream });
  for await (const line of lines) {
    return line;
  }
  throw new JobFailure("local/cleanroom ended without a room; the log of the task says why.");
}

function accessIn(line: string): CleanroomAccess {
  const answer = answerSchema.parse(JSON.parse(line));
  if (!("error" in answer)) {
    return answer;
  }
  const { code, summary, next } = answer.error;
  if (code === "CLEANROOM_NOT_INSTALLED") {
    throw new JobUnavailable(summary);
  }
  throw new JobFailure([`${code}: ${summary}`, ...(next === undefined ? [] : [next])].join("\n"));
}
