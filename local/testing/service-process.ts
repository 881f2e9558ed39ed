import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { CHECKOUT } from "../root";

/** A process of a service of the local target that belongs to one test. `local/services` starts services in the same way. */
export class ServiceProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly ports: Readonly<Record<string, number>>,
  ) {}

  /**
   * Starts a service and waits until it is ready.
   *
   * @param entry path of the service's main module, from the root of the checkout.
   */
  static async start(entry: string, options: readonly string[]): Promise<ServiceProcess> {
    const child = spawn(process.execPath, ["--require", "./typescript.js", entry, ...options], {
      cwd: CHECKOUT,
      stdio: ["ignore", "pipe", "inherit"],
    });
    // When a service is ready, it prints its ports as one line of JSON.
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

  /** Sends a signal and waits for the end of the process. Returns the exit code; null if the signal ended the process. */
  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode === null && this.child.signalCode === null) {
      const exit = once(this.child, "exit");
      this.child.kill(signal);
      await exit;
    }
    return this.child.exitCode;
  }
}
