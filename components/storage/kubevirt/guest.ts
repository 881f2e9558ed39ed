import { once } from "node:events";
import { Client, type ClientChannel } from "ssh2";
import { GUEST_USER } from "../vm/cloud-init";
import type { Cluster } from "./cluster";
import { portForward } from "./port-forward";

/** Where a machine is, and the key that opens it. */
export interface GuestAddress {
  readonly cluster: Cluster;
  readonly namespace: string;
  readonly machine: string;
  /** In OpenSSH's form. */
  readonly privateKey: string;
}

/** The end of a command in a machine. */
export interface GuestResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A machine, reached by SSH. The connection is opened at the first command, and again when it was lost. */
export class Guest {
  #connection: Promise<Client> | undefined;

  constructor(readonly address: GuestAddress) {}

  /**
   * Runs a shell command.
   *
   * @param input the command's standard input.
   * @throws Error if the machine cannot be reached, or the connection is lost, or no end comes within the seconds.
   */
  async run(command: string, { input = "", seconds = 60 } = {}): Promise<GuestResult> {
    const client = await this.#connected();
    const timeout = AbortSignal.timeout(seconds * 1000);
    try {
      return await new Promise<GuestResult>((resolve, reject) => {
        timeout.addEventListener("abort", () => reject(new Error(`no answer within ${seconds} s`)));
        client.once("close", () => reject(new Error("the SSH connection was lost")));
        client.exec(command, (error, channel) => {
          if (error !== undefined) {
            reject(error);
            return;
          }
          channel.end(input);
          endOf(channel).then(resolve, reject);
        });
      });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    const connection = this.#connection;
    this.#connection = undefined;
    connection?.then(
      (client) => client.destroy(),
      () => {},
    );
  }

  #connected(): Promise<Client> {
    this.#connection ??= connect(this.address).then((client) => {
      client.setMaxListeners(0);
      client.once("close", () => {
        this.#connection = undefined;
      });
      return client;
    });
    this.#connection.catch(() => {
      this.#connection = undefined;
    });
    return this.#connection;
  }
}

const SSH_PORT = 22;
const READY_SECONDS = 15;

async function connect({ cluster, namespace, machine, privateKey }: GuestAddress): Promise<Client> {
  const sock = await portForward(cluster, namespace, machine, SSH_PORT);
  const client = new Client();
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      sock.destroy();
      reject(error);
    };
    sock.on("error", fail);
    client
      .on("error", fail)
      .on("close", () => fail(new Error("the SSH connection was closed")))
      .on("ready", () => resolve(client))
      .connect({
        sock,
        username: GUEST_USER,
        privateKey,
        readyTimeout: READY_SECONDS * 1000,
        keepaliveInterval: 10_000,
        keepaliveCountMax: 3,
      });
  });
}

async function endOf(channel: ClientChannel): Promise<GuestResult> {
  const output = [channel, channel.stderr].map(async (stream) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(stream, "end");
    return Buffer.concat(chunks).toString("utf8");
  });
  const [exitCode] = (await once(channel, "exit")) as [number | null];
  const [stdout = "", stderr = ""] = await Promise.all(output);
  return { exitCode: exitCode ?? -1, stdout, stderr };
}
