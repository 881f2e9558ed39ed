import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as grpc from "@grpc/grpc-js";
import { ResourceProviderClient } from "@pulumi/pulumi/proto/provider_grpc_pb";
import * as messages from "@pulumi/pulumi/proto/provider_pb";
import { Struct } from "google-protobuf/google/protobuf/struct_pb";
import type { PropertyMap } from "../../plugin/values";

const root = join(__dirname, "..", "..", "..");

export interface Ports {
  readonly "azure-native": number;
  readonly aws: number;
  readonly control: number;
}

/** The cloud as its own process, as the supervisor starts it. */
export class CloudProcess {
  private constructor(
    readonly child: ChildProcess,
    readonly ports: Ports,
  ) {}

  /** @param ports those of an earlier process that this one replaces */
  static async start(state: string, timeScale: number, ports?: Ports): Promise<CloudProcess> {
    const options = [
      ...["--state", state, "--time-scale", String(timeScale), "--seed", "1"],
      ...["--kubernetes-server", "https://127.0.0.1:6443", "--kubernetes-ca", join(state, "ca.pem")],
      ...(ports === undefined
        ? []
        : Object.entries(ports).flatMap(([name, port]) => [`--port-${name}`, String(port)])),
    ];
    const child = spawn(
      process.execPath,
      ["--require", "./typescript.js", join("local", "cloud", "main.ts"), ...options],
      { cwd: root, stdio: ["ignore", "pipe", "inherit"] },
    );
    const lines = createInterface({ input: child.stdout });
    const line = await Promise.race([
      once(lines, "line").then(([first]) => String(first)),
      once(child, "exit").then(([code]) => {
        throw new Error(`the cloud exited with ${code} before it was ready`);
      }),
    ]);
    return new CloudProcess(child, JSON.parse(line) as Ports);
  }

  /** SIGKILL or SIGTERM; ends when the process has. Returns its exit code, null when killed. */
  async stop(signal: "SIGKILL" | "SIGTERM"): Promise<number | null> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) {
      return this.child.exitCode;
    }
    const exit = once(this.child, "exit");
    this.child.kill(signal);
    const [code] = await exit;
    return code as number | null;
  }

  async control<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(
      `http://127.0.0.1:${this.ports.control}${path}`,
      body === undefined ? { method } : { method, body: JSON.stringify(body) },
    );
    return (await response.json()) as Answer;
  }
}

/** The engine's side of the protocol, as far as the tests need it. */
export class EngineClient {
  private constructor(readonly client: ResourceProviderClient) {}

  static async connect(port: number, config: PropertyMap): Promise<EngineClient> {
    const client = new ResourceProviderClient(`127.0.0.1:${port}`, grpc.credentials.createInsecure(), {
      // Each engine operation has a connection of its own.
      "grpc.use_local_subchannel_pool": 1,
    });
    const request = new messages.ConfigureRequest();
    request.setArgs(Struct.fromJavaScript(config as never));
    await unary<messages.ConfigureResponse>((callback) => client.configure(request, callback));
    return new EngineClient(client);
  }

  async create(urn: string, inputs: PropertyMap): Promise<{ id: string; outputs: PropertyMap }> {
    const request = new messages.CreateRequest();
    request.setUrn(urn);
    request.setProperties(Struct.fromJavaScript(inputs as never));
    const response = await unary<messages.CreateResponse>((callback) =>
      this.client.create(request, callback),
    );
    return { id: response.getId(), outputs: toMap(response.getProperties()) };
  }

  async read(urn: string, id: string): Promise<{ id: string; inputs: PropertyMap; outputs: PropertyMap }> {
    const request = new messages.ReadRequest();
    request.setUrn(urn);
    request.setId(id);
    const response = await unary<messages.ReadResponse>((callback) => this.client.read(request, callback));
    return {
      id: response.getId(),
      inputs: toMap(response.getInputs()),
      outputs: toMap(response.getProperties()),
    };
  }

  close(): void {
    this.client.close();
  }
}

function unary<Response>(
  send: (callback: (error: Error | null, response: Response) => void) => unknown,
): Promise<Response> {
  return new Promise((resolve, reject) => {
    send((error, response) => (error === null ? resolve(response) : reject(error)));
  });
}

function toMap(struct: Struct | undefined): PropertyMap {
  return (struct?.toJavaScript() ?? {}) as PropertyMap;
}
