import { connect, type Socket } from "node:net";
import type { WebSocket } from "ws";
import type { VirtualMachine, VirtualMachineInstance } from "../api/types";
import type { Machine } from "../guest/machine";
import type { PortForwardTarget } from "./routes";

/** A refusal, as the API server reports one. */
export class StatusError extends Error {
  constructor(
    readonly code: number,
    readonly reason: string,
    message: string,
  ) {
    super(message);
  }
}

/** Where the objects and the machines are found. */
export interface PortForwardSources {
  instance(namespace: string, name: string): Promise<VirtualMachineInstance | undefined>;
  virtualMachine(namespace: string, name: string): Promise<VirtualMachine | undefined>;
  machine(id: string): Machine | undefined;
}

/**
 * Connects to a port of a machine. Only SSH's port leads anywhere: no other program of a machine is reached.
 * Sources of the refusals: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-api/rest/dialers.go,
 * https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-api/rest/subresource.go
 *
 * @throws StatusError as virt-api refuses: 404 without the object, 409 for a VM that is not started, 400 for an instance that
 *   has no interface yet, 500 if nobody listens.
 */
export async function dial(target: PortForwardTarget, sources: PortForwardSources): Promise<Socket> {
  const { namespace, name, port, protocol } = target;
  if (target.resource === "virtualmachines") {
    const vm = await sources.virtualMachine(namespace, name);
    if (vm === undefined) {
      throw new StatusError(404, "NotFound", `virtualmachine.kubevirt.io "${name}" not found`);
    }
    if (vm.status?.created !== true) {
      throw new StatusError(
        409,
        "Conflict",
        `Operation cannot be fulfilled on virtualmachine.kubevirt.io "${name}": VMI is not started`,
      );
    }
  }
  const instance = await sources.instance(namespace, name);
  if (instance === undefined) {
    throw new StatusError(404, "NotFound", `virtualmachineinstance.kubevirt.io "${name}" not found`);
  }
  const [networkInterface] = instance.status?.interfaces ?? [];
  if (networkInterface === undefined) {
    throw new StatusError(400, "BadRequest", "no network interfaces are present");
  }
  const unreachable = (why: string) =>
    new StatusError(
      500,
      "InternalError",
      `Internal error occurred: dialing VM: dial ${protocol} ${networkInterface.ipAddress}:${port}: connect: ${why}`,
    );
  const machine = sources.machine(instance.metadata?.uid ?? "");
  if (machine === undefined || !machine.isReachable || port !== SSH_PORT || protocol !== "tcp") {
    throw unreachable("connection refused");
  }
  const { address, port: own } = machine.description;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port: own })
      .once("connect", () => resolve(socket))
      .once("error", () => reject(unreachable("connection refused")));
  });
}

const SSH_PORT = 22;

/**
 * Carries bytes between a client's WebSocket, in binary messages, and a machine, until either ends.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/staging/src/kubevirt.io/client-go/kubevirt/typed/core/v1/websocket.go
 */
export function carry(client: WebSocket, machine: Socket): void {
  // virt-api pings every second, and gives up after a minute without an answer.
  let answeredAt = performance.now();
  const timer = setInterval(() => {
    if (performance.now() - answeredAt > SILENCE_MILLISECONDS) {
      client.terminate();
    } else if (client.readyState === client.OPEN) {
      client.ping("keep alive");
    }
  }, PING_MILLISECONDS);
  const end = () => {
    clearInterval(timer);
    machine.destroy();
    client.close();
  };
  client
    .on("pong", () => {
      answeredAt = performance.now();
    })
    .on("message", (data, isBinary) => {
      if (isBinary && !machine.write(data as Buffer)) {
        client.pause();
        machine.once("drain", () => client.resume());
      }
    })
    .on("close", end)
    .on("error", end);
  machine
    .on("data", (data) => {
      machine.pause();
      client.send(data, { binary: true }, () => machine.resume());
    })
    .on("close", end)
    .on("error", end);
}

const PING_MILLISECONDS = 1_000;
const SILENCE_MILLISECONDS = 60_000;
