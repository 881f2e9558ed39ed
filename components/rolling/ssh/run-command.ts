import { createInterface } from "node:readline";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { ChainfleetError } from "../../error";
import { knownHostsForm, type SshEndpoint } from "./host-key";

/** A user on an SSH server whose host key is known. */
export interface SshLogin extends SshEndpoint {
  readonly user: string;
  /** In OpenSSH's or PEM form. Undefined: the keys of the SSH agent. */
  readonly privateKey: string | undefined;
  /** As in known_hosts, without the host. */
  readonly hostKey: string;
}

/**
 * Runs a shell command over SSH.
 *
 * @param onLine receives each line that the command writes on its standard output or standard error.
 * @throws ChainfleetError SSH_COMMAND_FAILED if the command ends in any way but with exit code 0, SSH_HOST_KEY_CHANGED if
 *   the server has another host key, SSH_CONNECTION_FAILED.
 */
export async function runCommand(
  login: SshLogin,
  command: string,
  onLine: (line: string) => void,
): Promise<void> {
  const client = new Client();
  try {
    const { exitCode, signal } = await new Promise<CommandEnd>((resolve, reject) => {
      client
        .on("error", reject)
        .on("close", () => reject(new Error("the connection was closed")))
        .on("ready", () => {
          client.exec(command, (error, channel) => {
            if (error === undefined) {
              endOf(channel, onLine).then(resolve, reject);
            } else {
              reject(error);
            }
          });
        })
        .connect(connection(login, reject));
    }).catch((error: Error) => {
      throw error instanceof ChainfleetError ? error : connectionFailure(login, error);
    });
    if (exitCode !== 0) {
      throw new ChainfleetError({
        code: "SSH_COMMAND_FAILED",
        summary: `The command ended with ${signal === undefined ? `exit code ${exitCode}` : `signal ${signal}`} on ${login.host}:${login.port}.`,
      });
    }
  } finally {
    client.destroy();
  }
}

/** How a command has ended: with an exit code, or by a signal. */
interface CommandEnd {
  readonly exitCode: number | null;
  readonly signal?: string | undefined;
}

function connection(
  { host, port, user, privateKey, hostKey }: SshLogin,
  reject: (error: Error) => void,
): ConnectConfig {
  const [type = ""] = hostKey.split(" ");
  const agent = process.env.SSH_AUTH_SOCK;
  return {
    host,
    port,
    username: user,
    ...(privateKey === undefined ? (agent === undefined ? {} : { agent }) : { privateKey }),
    // A dead connection is noticed after a minute. A deploy step may be silent for longer than that.
    keepaliveInterval: 20_000,
    keepaliveCountMax: 3,
    // The server is asked for the type of the key that is known; it may have keys of several types.
    algorithms: { serverHostKey: [type as "ssh-ed25519"] },
    hostVerifier: (key: Buffer) => {
      const isKnown = knownHostsForm(key) === hostKey;
      if (!isKnown) {
        reject(
          new ChainfleetError({
            code: "SSH_HOST_KEY_CHANGED",
            summary: `The SSH server at ${host}:${port} has another host key than at first.`,
            next: "Another machine may answer at this address. Nothing was sent to it.",
          }),
        );
      }
      return isKnown;
    },
  };
}

/** Waits for the end of a command and of its output. */
async function endOf(channel: ClientChannel, onLine: (line: string) => void): Promise<CommandEnd> {
  const streams = [channel, channel.stderr].map(
    (input) =>
      new Promise<void>((resolve) => {
        createInterface({ input }).on("line", onLine).on("close", resolve);
      }),
  );
  const end = await new Promise<CommandEnd>((resolve, reject) => {
    channel
      .on("exit", (exitCode: number | null, signal?: string) => resolve({ exitCode, signal }))
      // Without an effect if the command has ended before.
      .on("close", () => reject(new Error("the connection was closed before the command ended")));
  });
  await Promise.all(streams);
  return end;
}

function connectionFailure({ host, port, user }: SshLogin, error: Error): ChainfleetError {
  return new ChainfleetError({
    code: "SSH_CONNECTION_FAILED",
    summary: `The SSH connection of ${user} to ${host}:${port} failed: ${error.message}.`,
    next: "rolling.ssh in the config names the user, the port and the private key.",
    cause: error,
  });
}
