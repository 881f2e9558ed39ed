import { type FileHandle, mkdir, open } from "node:fs/promises";
import { dirname } from "node:path";

/**
 * The keys in the text of a checkpoint. The last line counts only with its end: a process that was killed while it wrote may
 * have left the beginning of a line.
 */
export function keysIn(text: string): Set<string> {
  return new Set(
    wholeLines(text)
      .split("\n")
      .filter((line) => line !== ""),
  );
}

function wholeLines(text: string): string {
  return text.slice(0, text.lastIndexOf("\n") + 1);
}

/** The file with the keys of the tests that are done, one a line, to which only one process appends. */
export class Checkpoint {
  readonly #file: FileHandle;
  readonly #keys: Set<string>;
  #writing: Promise<void> = Promise.resolve();

  private constructor(file: FileHandle, keys: Set<string>) {
    this.#file = file;
    this.#keys = keys;
  }

  /** Opens the file, makes the file if there is none, and cuts off a line without an end. */
  static async open(path: string): Promise<Checkpoint> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, "a+");
    const text = await file.readFile("utf8");
    const whole = wholeLines(text);
    if (whole !== text) {
      await file.truncate(Buffer.byteLength(whole));
      await file.sync();
    }
    return new Checkpoint(file, keysIn(whole));
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  /** Writes a key. The key is on the disk when the promise is fulfilled. */
  append(key: string): Promise<void> {
    const written = this.#writing.then(async () => {
      if (!this.#keys.has(key)) {
        await this.#file.appendFile(`${key}\n`);
        await this.#file.sync();
        this.#keys.add(key);
      }
    });
    this.#writing = written.catch(() => {});
    return written;
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }
}
