import { setTimeout as delay } from "node:timers/promises";
import { Client } from "ssh2";
import { ChainfleetError } from "../../error";

/** Where an SSH server is expected. */
export interface SshEndpoint {
  readonly host: string;
  readonly port: number;
}

/**
 * Waits until an SSH server answers, and returns the server's host key.
 *
 * A probe starts each second, whether or not earlier probes have ended, and the first answer wins: a probe into a network
 * that drops packets would otherwise hold up all later ones. Waiting for EC2's status checks in place of SSH is about a
 * minute slower: https://github.com/KentaaNL/capistrano-asg-rolling/pull/17
 *
 * @param budgetSeconds the time after which the wait is given up.
 * @returns the key as in known_hosts, without the host. @example "ssh-ed25519 AAAA…"
 * @throws ChainfleetError SSH_UNREACHABLE with the reason of the last probe.
 */
export async function untilSshAnswers(endpoint: SshEndpoint, budgetSeconds: number): Promise<string> {
  const done = new AbortController();
  const probes: Promise<string | undefined>[] = [];
  let lastProblem = "no probe has ended";
  try {
    return await new Promise<string>((resolve, reject) => {
      startProbes().catch(reject);

      async function startProbes(): Promise<void> {
        for (let second = 0; second < budgetSeconds && !done.signal.aborted; second += 1) {
          const probe = readHostKey(endpoint, done.signal).then(resolve, (error: Error) => {
            lastProblem = error.message;
          });
          probes.push(probe as Promise<undefined>);
          await delay(1000, undefined, { signal: done.signal }).catch(() => {});
        }
        await Promise.all(probes);
        reject(
          new ChainfleetError({
            code: "SSH_UNREACHABLE",
            summary: `No SSH server answered at ${endpoint.host}:${endpoint.port} within ${budgetSeconds} s; the last attempt: ${lastProblem}.`,
            next: "The security group must allow this machine to reach the SSH port, and this machine must reach the instance's network; rolling.instance.address chooses between the private and the public address.",
          }),
        );
      }
    });
  } finally {
    done.abort();
  }
}

/** Connects as far as the exchange of keys, which needs no credential. */
function readHostKey({ host, port }: SshEndpoint, signal: AbortSignal): Promise<string> {
  return new Promise((resolve, reject) => {
    const client = new Client();
    const end = () => client.destroy();
    signal.addEventListener("abort", end, { once: true });
    client
      .on("error", reject)
      .on("close", () => {
        signal.removeEventListener("abort", end);
        reject(new Error("the connection was closed"));
      })
      .connect({
        host,
        port,
        username: "chainfleet",
        readyTimeout: PROBE_SECONDS * 1000,
        algorithms: { serverHostKey: [...HOST_KEY_TYPES] },
        hostVerifier: (key: Buffer) => {
          resolve(knownHostsForm(key));
          return false;
        },
      });
  });
}

/** An answer that takes longer comes from a server that is still starting; a later probe reaches it. */
const PROBE_SECONDS = 10;

/**
 * The types of host keys that the command plugin accepts for a recorded key. It asks the server for the very type of the
 * recorded key; for RSA that type is "ssh-rsa", which OpenSSH refuses since 8.8:
 * https://github.com/pulumi/pulumi-command (connection.go), https://www.openssh.com/txt/release-8.8
 */
const HOST_KEY_TYPES = [
  "ssh-ed25519",
  "ecdsa-sha2-nistp256",
  "ecdsa-sha2-nistp384",
  "ecdsa-sha2-nistp521",
] as const;

/** A host key as in known_hosts, without the host. A public key begins with its type: RFC 4253, 6.6. */
export function knownHostsForm(key: Buffer): string {
  const type = key.subarray(4, 4 + key.readUInt32BE(0)).toString("ascii");
  return `${type} ${key.toString("base64")}`;
}
