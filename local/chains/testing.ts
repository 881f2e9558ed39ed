import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const root = join(__dirname, "..", "..");

/** A service's process, as the supervisor starts it, for tests. */
export class ServiceProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly ports: Readonly<Record<string, number>>,
  ) {}

  /** @param entry from the checkout's root */
  static async start(entry: string, options: readonly string[]): Promise<ServiceProcess> {
    const child = spawn(process.execPath, ["--require", "./typescript.js", entry, ...options], {
      cwd: root,
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await Promise.race([
      once(createInterface({ input: child.stdout }), "line").then(([first]) => String(first)),
      once(child, "exit").then(([code]) => {
        throw new Error(`${entry} exited with ${code} before it was ready`);
      }),
    ]);
    return new ServiceProcess(child, JSON.parse(line) as Record<string, number>);
  }

  url(port: string): string {
    return `http://127.0.0.1:${this.ports[port]}`;
  }

  /** Ends when the process has. Returns its exit code, null when killed. */
  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, "exit");
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}
