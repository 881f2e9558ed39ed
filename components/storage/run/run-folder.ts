import { randomUUID } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { appendFile, mkdir, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { filePath } from "../../file-path";
import { type Cell, fieldsOfKey } from "../plan/cell";
import { keysIn } from "./checkpoint";

/** The files of one run below the folder of all results. */
export class RunFolder {
  /** The folder of all results, absolute. */
  readonly results: string;
  #owner = "";

  /** @param results absolute, from `~`, or relative to the project's root folder. */
  constructor(
    results: string,
    readonly run: string,
  ) {
    this.results = filePath(results);
  }

  get path(): string {
    return join(this.results, this.run);
  }

  /** The run's environment and cells. */
  get runFile(): string {
    return join(this.path, "run.json");
  }

  get checkpointFile(): string {
    return join(this.results, `${this.run}.checkpoint`);
  }

  /** The private key of the run's machines. */
  get keyFile(): string {
    return join(this.path, ".ssh", "id_ed25519");
  }

  poolLog(pool: string): string {
    return join(this.path, pool, "pool.log");
  }

  poolSummary(pool: string): string {
    return join(this.path, pool, ".pool-summary");
  }

  /** The folder of a test's results. */
  testFolder(cell: Cell): string {
    return join(this.path, ...fieldsOfKey(cell));
  }

  /** The keys of the tests that are done. */
  doneKeys(): Set<string> {
    return existsSync(this.checkpointFile)
      ? keysIn(readFileSync(this.checkpointFile, "utf8"))
      : new Set<string>();
  }

  /** Adds a line with the time to the log of a pool. */
  async log(pool: string, line: string): Promise<void> {
    const file = this.poolLog(pool);
    await mkdir(dirname(file), { recursive: true });
    await appendFile(file, `${new Date().toISOString()} ${line}\n`);
  }

  /**
   * Makes this process the one that writes the run's results. The process of a run before, which may outlive its engine after a
   * kill, stops as soon as it notices.
   */
  async claim(): Promise<void> {
    this.#owner = randomUUID();
    await mkdir(this.path, { recursive: true });
    await writeFile(this.#ownerFile, this.#owner);
  }

  /** Whether no other process has claimed the run since. */
  isOwn(): boolean {
    try {
      return readFileSync(this.#ownerFile, "utf8") === this.#owner;
    } catch {
      return false;
    }
  }

  /**
   * Whether the user has asked the run to stop, or another process has taken the run over. Files are how a command reaches the
   * process that runs the tests.
   */
  isStopping(): boolean {
    return existsSync(this.#stopFile) || !this.isOwn();
  }

  async requestStop(): Promise<void> {
    await mkdir(this.path, { recursive: true });
    await writeFile(this.#stopFile, "");
  }

  async withdrawStop(): Promise<void> {
    await rm(this.#stopFile, { force: true });
  }

  get #ownerFile(): string {
    return join(this.path, ".owner");
  }

  get #stopFile(): string {
    return join(this.path, ".stopping");
  }
}

/** Writes a file whole or not at all, also if the process or the machine ends meanwhile. */
export async function writeWhole(file: string, content: string): Promise<void> {
  await mkdir(dirname(file), { recursive: true });
  const unfinished = `${file}.unfinished`;
  const handle = await open(unfinished, "w");
  try {
    await handle.writeFile(content);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(unfinished, file);
}
