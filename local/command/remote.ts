import pRetry from "p-retry";
import { Client, type ClientChannel, type ConnectConfig } from "ssh2";
import { Collector, type Logging, type Output } from "./output";

/** How to reach a host. The names are the official plugin's. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password?: string;
  /** Preferred to the password. */
  readonly privateKey?: string;
  readonly privateKeyPassword?: string;
  readonly agentSocketPath?: string;
  /** The host's key in the format of known_hosts: `ssh-ed25519 AAAA…`. Default: any key is accepted. */
  readonly hostKey?: string;
  /** Number of failed attempts allowed; -1: any number. */
  readonly dialErrorLimit: number;
  /** Seconds allowed for each attempt; 0: no limit. */
  readonly perDialTimeout: number;
}

export interface RemoteScript {
  readonly script: string;
  readonly connection: Endpoint;
  /** A bastion through which the connection is made. */
  readonly proxy?: Endpoint;
  /** Environment variables; the server must accept their names (`AcceptEnv`). */
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly logging: Logging;
}

/**
 * Runs a script on another machine. An abort closes the connection, which hangs up the remote command.
 *
 * @throws if the host cannot be reached or the script does not exit with 0. No message contains the script or a
 *   credential.
 */
export async function runRemotely(
  script: RemoteScript,
  log: (line: string) => void,
  signal: AbortSignal,
): Promise<Output> {
  const opened: Client[] = [];
  try {
    const proxy = script.proxy;
    const through = proxy && (await dial(proxy, () => connect(proxy, undefined, opened), signal));
    const client = await dial(script.connection, () => connect(script.connection, through, opened), signal);
    return await aborting(signal, execute(client, script, log));
  } finally {
    for (const client of opened) {
      client.end();
    }
  }
}

async function execute(client: Client, script: RemoteScript, log: (line: string) => void): Promise<Output> {
  const output = new Collector(script.logging, log);
  const failure = await new Promise<string | undefined>((resolve, reject) => {
    client.exec(script.script, { env: { ...script.environment } }, (error, channel) => {
      if (error) {
        reject(error);
        return;
      }
      // All listeners are added at once: a short command's end may arrive in the same packet as its start.
      let failure: string | undefined = "ended without an exit code: the connection was lost";
      channel
        .on("data", (chunk: Buffer) => output.add("stdout", chunk))
        .on("exit", (code: number | null, by?: string) => {
          failure = code === 0 ? undefined : code === null ? `was ended by ${by}` : `exited with ${code}`;
        })
        .on("close", () => resolve(failure))
        .on("error", () => {})
        .end(script.stdin ?? "");
      channel.stderr.on("data", (chunk: Buffer) => output.add("stderr", chunk));
    });
  });
  const printed = output.end();
  if (failure !== undefined) {
    throw new Error(`the command on ${script.connection.host} ${failure}\n${output.both()}`.trim());
  }
  return printed;
}

/** Repeats the attempt until it succeeds or has failed more often than `dialErrorLimit` allows. */
async function dial(
  endpoint: Endpoint,
  attempt: () => Promise<Client>,
  signal: AbortSignal,
): Promise<Client> {
  let failures = 0;
  const attempts = pRetry(attempt, {
    ...PAUSES,
    retries: endpoint.dialErrorLimit < 0 ? Number.POSITIVE_INFINITY : endpoint.dialErrorLimit,
    signal,
    onFailedAttempt: () => {
      failures += 1;
    },
  });
  try {
    return await aborting(signal, attempts);
  } catch (error) {
    if (signal.aborted) {
      throw error;
    }
    const where = `${endpoint.user}@${endpoint.host}:${endpoint.port}`;
    throw new Error(
      `${where} could not be reached over SSH in ${failures} attempts; the last one: ${(error as Error).message}`,
    );
  }
}

/** The pauses between attempts in milliseconds. As in the official plugin: 100 ms, then 1.5 times the previous pause, up to 5 s. */
const PAUSES = { minTimeout: 100, factor: 1.5, maxTimeout: 5_000 };

async function connect(endpoint: Endpoint, through: Client | undefined, opened: Client[]): Promise<Client> {
  const sock = through && (await forward(through, endpoint));
  const client = new Client();
  opened.push(client);
  await new Promise<void>((resolve, reject) => {
    client
      .on("ready", () => resolve())
      .on("error", (error) => reject(error))
      .on("close", () => reject(new Error("the connection was closed")));
    if (endpoint.password !== undefined) {
      const { password } = endpoint;
      client.on("keyboard-interactive", (_name, _instructions, _language, prompts, finish) =>
        finish(prompts.map(() => password)),
      );
    }
    client.connect({ ...settings(endpoint), ...(sock === undefined ? {} : { sock }) });
  });
  return client;
}

function settings(endpoint: Endpoint): ConnectConfig {
  const { privateKey, privateKeyPassword, password } = endpoint;
  const agent = endpoint.agentSocketPath ?? process.env.SSH_AUTH_SOCK;
  return {
    host: endpoint.host,
    port: endpoint.port,
    username: endpoint.user,
    readyTimeout: endpoint.perDialTimeout * 1000,
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(privateKeyPassword === undefined ? {} : { passphrase: privateKeyPassword }),
    ...(password === undefined ? {} : { password, tryKeyboard: true }),
    ...(agent ? { agent } : {}),
    ...(endpoint.hostKey === undefined ? {} : { hostVerifier: verifier(endpoint.hostKey) }),
  };
}

function verifier(hostKey: string): (key: Buffer) => boolean {
  const expected = hostKey
    .trim()
    .split(/\s+/)
    .find((part) => part.startsWith("AAAA"));
  return (key) => key.toString("base64") === expected;
}

function forward(through: Client, { host, port }: Endpoint): Promise<ClientChannel> {
  return new Promise((resolve, reject) =>
    through.forwardOut("127.0.0.1", 0, host, port, (error, channel) =>
      error ? reject(error) : resolve(channel),
    ),
  );
}

/** The promise, or the reason of the abort if that comes first. */
function aborting<Result>(signal: AbortSignal, promise: Promise<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Error(`the command was ended: ${(signal.reason as Error).message}`));
    signal.addEventListener("abort", onAbort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
