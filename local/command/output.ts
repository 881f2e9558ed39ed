/** The streams of a command that are shown to the user while it runs. Both streams are outputs in any case. */
export type Logging = "stdout" | "stderr" | "stdoutAndStderr" | "none";

export const LOGGINGS: readonly Logging[] = ["stdout", "stderr", "stdoutAndStderr", "none"];

/** A command's output, without the newline at the end of each stream. */
export interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

/** Collects a command's output and shows it line by line. */
export class Collector {
  readonly #stdout: Buffer[] = [];
  readonly #stderr: Buffer[] = [];
  readonly #both: Buffer[] = [];
  readonly #lines: Readonly<Record<"stdout" | "stderr", Lines>>;

  constructor(logging: Logging, log: (line: string) => void) {
    const show = (stream: "stdout" | "stderr") =>
      new Lines(logging === "stdoutAndStderr" || logging === stream ? log : () => {});
    this.#lines = { stdout: show("stdout"), stderr: show("stderr") };
  }

  add(stream: "stdout" | "stderr", chunk: Buffer): void {
    (stream === "stdout" ? this.#stdout : this.#stderr).push(chunk);
    this.#both.push(chunk);
    this.#lines[stream].add(chunk);
  }

  /** Shows an unfinished last line and returns the output. Call `add` no more after this. */
  end(): Output {
    this.#lines.stdout.end();
    this.#lines.stderr.end();
    return { stdout: text(this.#stdout), stderr: text(this.#stderr) };
  }

  /** Both streams, in the order in which their chunks arrived. */
  both(): string {
    return text(this.#both);
  }
}

function text(chunks: readonly Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8").replace(/\n$/, "");
}

class Lines {
  #unfinished: Buffer = Buffer.alloc(0);

  constructor(readonly log: (line: string) => void) {}

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.#unfinished, chunk]);
    const end = all.lastIndexOf("\n") + 1;
    this.#unfinished = all.subarray(end);
    this.#show(all.subarray(0, end));
  }

  end(): void {
    this.#show(this.#unfinished);
  }

  #show(complete: Buffer): void {
    for (const line of complete.toString("utf8").split("\n")) {
      if (line.trim() !== "") {
        this.log(line);
      }
    }
  }
}
