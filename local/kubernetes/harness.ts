import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import type { ApiServer } from "./api/api-server";
import { connect } from "./api/kubeconfig";

// One process starts many engines here, each at a port that may have been another's before. The connections that
// gRPC shares remember that the other went away, and the program would end without a resource.
const { grpcClientOptions } = pulumi.runtime as unknown as { grpcClientOptions: Record<string, unknown> };
grpcClientOptions["grpc.use_local_subchannel_pool"] = 1;

/** A service of the local target as its supervisor runs it: a process that prints one line of JSON. */
export interface Service {
  readonly process: ChildProcess;
  readonly ports: Readonly<Record<string, number>>;
}

/** Starts an entry script and waits for its line. */
export function startService(entry: string, ...args: string[]): Promise<Service> {
  const child = spawn(
    process.execPath,
    ["--require", join(__dirname, "..", "..", "typescript.js"), join(__dirname, entry), ...args],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  return new Promise((resolve, reject) => {
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).once("line", (line) =>
      resolve({ process: child, ports: JSON.parse(line) as Record<string, number> }),
    );
    child.once("exit", (code) => reject(new Error(`${entry} exited with ${code} before it was ready`)));
  });
}

/** Ends a service and waits until it is gone. */
export async function endService({ process: child }: Service, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return;
  }
  const gone = new Promise((resolve) => child.once("exit", resolve));
  child.kill(signal);
  await gone;
}

/** A control plane in a folder of its own, and the plugin. */
export class LocalKubernetes {
  readonly folder = mkdtempSync(join(tmpdir(), "kubernetes-"));
  readonly state = join(this.folder, "control-plane");
  private controlPlane: Service | undefined;
  private plugin: Service | undefined;

  async start(): Promise<void> {
    [this.controlPlane, this.plugin] = await Promise.all([
      startService("control-plane.ts", "--state", this.state),
      startService("main.ts"),
    ]);
  }

  /** As a power cut would: neither it nor its children can do anything about it. Then starts it again. */
  async killAndRestartControlPlane(): Promise<void> {
    if (this.controlPlane !== undefined) {
      const { ports } = this.controlPlane;
      await endService(this.controlPlane, "SIGKILL");
      this.controlPlane = await startService(
        "control-plane.ts",
        ...["--state", this.state, "--port-apiserver", String(ports.apiserver)],
      );
    }
  }

  async killAndRestartPlugin(): Promise<void> {
    if (this.plugin !== undefined) {
      const { ports } = this.plugin;
      await endService(this.plugin, "SIGKILL");
      this.plugin = await startService("main.ts", "--port-kubernetes", String(ports.kubernetes));
    }
  }

  async stop(): Promise<void> {
    await Promise.all(
      [this.controlPlane, this.plugin].map((service) => service && endService(service, "SIGTERM")),
    );
    rmSync(this.folder, { recursive: true, force: true });
  }

  get kubeconfig(): string {
    return readFileSync(join(this.state, "kubeconfig"), "utf8");
  }

  get api(): ApiServer {
    return connect({ kubeconfig: this.kubeconfig }).api;
  }

  /** A stack on the real engine, its state in the folder. The program gets the options with the provider in. */
  async stack(name: string, program: (options: pulumi.CustomResourceOptions) => void): Promise<Stack> {
    const { kubeconfig } = this;
    return LocalWorkspace.createOrSelectStack(
      {
        stackName: name,
        projectName: PROJECT,
        program: async () => {
          const provider = new k8s.Provider("local", { kubeconfig: pulumi.secret(kubeconfig) });
          program({ provider });
        },
      },
      {
        envVars: {
          PULUMI_BACKEND_URL: `file://${this.folder}?metadata=skip`,
          PULUMI_CONFIG_PASSPHRASE: "test",
          PULUMI_DEBUG_PROVIDERS: `kubernetes:${this.plugin?.ports.kubernetes}`,
        },
      },
    );
  }

  /** The stack's state as it lies on disk. */
  stateOf(name: string): string {
    return readFileSync(join(this.folder, ".pulumi", "stacks", PROJECT, `${name}.json`), "utf8");
  }
}

const PROJECT = "kubernetes-test";
