import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { ApiException } from "@kubernetes/client-node";
import { Client, utils } from "ssh2";
import { createWebSocketStream, WebSocket } from "ws";
import { stringify } from "yaml";
import { Cluster, MERGE_PATCH } from "../kubernetes/control-plane/cluster";
import { GROUP, VERSION } from "../kubevirt/api/crds";
import type { VirtualMachine, VirtualMachineInstance } from "../kubevirt/api/types";
import type { StatisticsReport } from "../kubevirt/conditions/statistics";
import { cloudConfig, type MachineChanges, virtualMachine } from "./benchmark-machine";
import { ServiceProcess } from "./service-process";

/** The namespace of a test's machines. */
export const NAMESPACE = "perf-test";

/** A control plane and a KubeVirt of a test's own. Everything but faults goes through the API server. */
export class KubeVirtSession {
  // One in a hundred of the Ed25519 keys that ssh2 1.17 generates is malformed.
  readonly key = utils.generateKeyPairSync("ecdsa", { bits: 256 });

  private constructor(
    readonly folder: string,
    readonly controlPlane: ServiceProcess,
    public kubevirt: ServiceProcess,
    readonly cluster: Cluster,
  ) {}

  static async start(): Promise<KubeVirtSession> {
    const folder = mkdtempSync(join(tmpdir(), "kubevirt-"));
    const controlPlane = await ServiceProcess.start("local/kubernetes/control-plane.ts", [
      "--state",
      join(folder, "control-plane"),
    ]);
    const kubevirt = await startKubeVirt(folder, controlPlane);
    const cluster = new Cluster(server(controlPlane), ...credentials(folder));
    await cluster.core.createNamespace({ body: { metadata: { name: NAMESPACE } } });
    return new KubeVirtSession(folder, controlPlane, kubevirt, cluster);
  }

  /** Starts the service again, on the state of the one that has ended. */
  async startKubeVirt(): Promise<void> {
    this.kubevirt = await startKubeVirt(this.folder, this.controlPlane);
  }

  async stop(): Promise<void> {
    await this.kubevirt.stop("SIGTERM");
    await this.controlPlane.stop("SIGTERM");
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Makes the Secret, the claim and the VM of a benchmark. */
  async createMachine(name: string, changes: MachineChanges = {}): Promise<void> {
    await this.createSecret(name, changes.cloudConfig);
    await this.createClaim(name, changes.storageClass ?? "perf-test-sc-rep3");
    await this.create(virtualMachine(name, changes));
  }

  /** Makes the Secret of a machine. */
  async createSecret(name: string, changes: object = {}): Promise<void> {
    const userdata = `#cloud-config\n${stringify({ ...cloudConfig(this.key.public), ...changes })}`;
    const body = { metadata: { name: `${name}-cloud-init` }, stringData: { userdata } };
    await this.cluster.core.createNamespacedSecret({ namespace: NAMESPACE, body });
  }

  /** Makes the claim of a machine. */
  async createClaim(name: string, storageClassName: string): Promise<void> {
    const body = {
      metadata: { name: `${name}-data` },
      spec: {
        accessModes: ["ReadWriteOnce"],
        storageClassName,
        resources: { requests: { storage: "10Gi" } },
      },
    };
    await this.cluster.core.createNamespacedPersistentVolumeClaim({ namespace: NAMESPACE, body });
  }

  /** Creates a VM. Unknown fields are refused, as `kubectl` wants them refused. */
  async create(body: object): Promise<void> {
    const where = { group: GROUP, version: VERSION, namespace: NAMESPACE, plural: "virtualmachines" };
    await this.cluster.custom.createNamespacedCustomObject({ ...where, body, fieldValidation: "Strict" });
  }

  async patch(name: string, body: object): Promise<void> {
    const where = { group: GROUP, version: VERSION, namespace: NAMESPACE, plural: "virtualmachines" };
    await this.cluster.custom.patchNamespacedCustomObject({ ...where, name, body }, MERGE_PATCH);
  }

  async deleteMachine(name: string): Promise<void> {
    const { custom, core } = this.cluster;
    const where = { group: GROUP, version: VERSION, namespace: NAMESPACE, plural: "virtualmachines" };
    await custom.deleteNamespacedCustomObject({ ...where, name });
    await core.deleteNamespacedSecret({ namespace: NAMESPACE, name: `${name}-cloud-init` });
    await core.deleteNamespacedPersistentVolumeClaim({ namespace: NAMESPACE, name: `${name}-data` });
  }

  vm(name: string): Promise<VirtualMachine | undefined> {
    return this.#read("virtualmachines", name);
  }

  instance(name: string): Promise<VirtualMachineInstance | undefined> {
    return this.#read("virtualmachineinstances", name);
  }

  /** Waits until a VM and its instance are gone. */
  async ended(name: string): Promise<void> {
    await until(`the end of ${name}`, async () => {
      const rest = [await this.vm(name), await this.instance(name)];
      return rest.every((each) => each === undefined) ? true : undefined;
    });
  }

  /** Waits for an event. */
  async event(reason: string, message: RegExp): Promise<void> {
    await until(`event ${reason}`, async () => {
      const { items } = await this.cluster.core.listNamespacedEvent({ namespace: NAMESPACE });
      const found = items.some((event) => event.reason === reason && message.test(event.message ?? ""));
      return found ? true : undefined;
    });
  }

  /** Waits until a VM has the printable status. */
  async status(name: string, printableStatus: string): Promise<VirtualMachine> {
    return until(`${name} ${printableStatus}`, async () => {
      const vm = await this.vm(name);
      return vm?.status?.printableStatus === printableStatus ? vm : undefined;
    });
  }

  /** Waits until a condition of an instance is true. */
  async condition(name: string, type: string): Promise<VirtualMachineInstance> {
    return until(`${type} of ${name}`, async () => {
      const instance = await this.instance(name);
      const conditions = instance?.status?.conditions ?? [];
      return conditions.some((each) => each.type === type && each.status === "True") ? instance : undefined;
    });
  }

  /** Runs a command in a machine over SSH, through the port forwarding of KubeVirt's API. */
  async ssh(name: string, command: string, input = ""): Promise<{ output: string; code: number }> {
    const socket = await this.forwarded(name, 22);
    const client = new Client();
    const ready = new Promise<void>((resolve, reject) => {
      client.once("ready", resolve).once("error", reject);
    });
    client.connect({
      sock: createWebSocketStream(socket),
      username: "perf-test",
      privateKey: this.key.private,
    });
    await ready;
    try {
      return await new Promise((resolve, reject) => {
        client.exec(command, (error, channel) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          let output = "";
          channel.on("data", (data: Buffer) => {
            output += data;
          });
          channel.stderr.on("data", (data: Buffer) => {
            output += data;
          });
          channel.on("close", (code: number) => resolve({ output, code }));
          channel.end(input);
        });
      });
    } finally {
      client.end();
    }
  }

  /** Opens a WebSocket to a port of an instance. Fails with the status and the body of a refusal. */
  forwarded(name: string, port: number): Promise<WebSocket> {
    const [authority, token] = credentials(this.folder);
    const url = `${server(this.controlPlane).replace("https", "wss")}/apis/subresources.kubevirt.io/v1/namespaces/${NAMESPACE}/virtualmachineinstances/${name}/portforward/${port}`;
    const socket = new WebSocket(url, "plain.kubevirt.io", {
      ca: authority,
      headers: { authorization: `Bearer ${token}` },
    });
    return new Promise((resolve, reject) => {
      socket.once("open", () => resolve(socket));
      socket.once("error", reject);
      socket.once("unexpected-response", (_, response) => {
        let body = "";
        response.on("data", (data) => {
          body += data;
        });
        response.on("end", () => reject(new Error(`${response.statusCode} ${body}`)));
      });
    });
  }

  /** The properties of a unit of a machine. */
  async unit(name: string, unit: string): Promise<Record<string, string>> {
    const { output } = await this.ssh(
      name,
      `systemctl show -p ActiveState,SubState,Result,ExecMainStatus ${unit}`,
    );
    const lines = output
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2));
    return Object.fromEntries(lines);
  }

  async faults(faults: readonly object[]): Promise<void> {
    const answer = await fetch(`${this.kubevirt.url("control")}/_control/faults`, {
      method: "PUT",
      body: JSON.stringify({ seed: 1, faults }),
    });
    if (!answer.ok) {
      throw new Error(await answer.text());
    }
  }

  async statistics(): Promise<StatisticsReport> {
    const answer = await fetch(`${this.kubevirt.url("control")}/_control/statistics`);
    return (await answer.json()) as StatisticsReport;
  }

  async #read<Kind>(plural: string, name: string): Promise<Kind | undefined> {
    try {
      const where = { group: GROUP, version: VERSION, namespace: NAMESPACE, plural };
      return await this.cluster.custom.getNamespacedCustomObject({ ...where, name });
    } catch (error) {
      if (error instanceof ApiException && error.code === 404) {
        return undefined;
      }
      throw error;
    }
  }
}

/** Waits until the work has a result. */
export async function until<Result>(what: string, work: () => Promise<Result | undefined>): Promise<Result> {
  for (let attempt = 0; attempt < 1_200; attempt += 1) {
    const result = await work();
    if (result !== undefined) {
      return result;
    }
    await delay(50);
  }
  throw new Error(`waited for a minute in vain: ${what}`);
}

function startKubeVirt(folder: string, controlPlane: ServiceProcess): Promise<ServiceProcess> {
  return ServiceProcess.start("local/kubevirt/main.ts", [
    ...["--state", join(folder, "kubevirt"), "--time-scale", "0.02"],
    ...["--kubernetes-server", server(controlPlane)],
    ...["--kubernetes-ca", join(folder, "control-plane", "ca.crt")],
    ...["--kubernetes-token", join(folder, "control-plane", "token")],
  ]);
}

function server({ ports }: ServiceProcess): string {
  return `https://127.0.0.1:${ports.apiserver}`;
}

/** The API server's authority and the administrator's token. */
function credentials(folder: string): [string, string] {
  const read = (file: string) => readFileSync(join(folder, "control-plane", file), "utf8");
  return [read("ca.crt"), read("token").trim()];
}
