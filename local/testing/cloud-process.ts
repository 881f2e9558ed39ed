import { join } from "node:path";
import { ServiceProcess } from "./service-process";

/** The ports of the simulated clouds. */
export interface Ports {
  readonly "azure-native": number;
  readonly aws: number;
  readonly control: number;
}

/** A process of the simulated clouds that belongs to one test. */
export class CloudProcess {
  private constructor(readonly service: ServiceProcess) {}

  /** @param ports the ports of an earlier process that this process replaces. */
  static async start(state: string, timeScale: number, ports?: Ports): Promise<CloudProcess> {
    const portOptions = Object.entries(ports ?? {}).flatMap(([name, port]) => [
      `--port-${name}`,
      String(port),
    ]);
    return new CloudProcess(
      await ServiceProcess.start(join("local", "cloud", "main.ts"), [
        "--state",
        state,
        "--time-scale",
        String(timeScale),
        "--seed",
        "1",
        "--kubernetes-server",
        "https://127.0.0.1:6443",
        "--kubernetes-ca",
        join(state, "ca.pem"),
        ...portOptions,
      ]),
    );
  }

  get ports(): Ports {
    return this.service.ports as unknown as Ports;
  }

  /** Sends a signal and waits for the end of the process. Returns the exit code; null if the signal ended the process. */
  stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    return this.service.stop(signal);
  }

  /** Makes a request to the clouds' control API. */
  async control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(
      `${this.service.url("control")}${path}`,
      body === undefined ? { method } : { method, body: JSON.stringify(body) },
    );
    return (await response.json()) as Answer;
  }
}
