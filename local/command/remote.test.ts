import { spawn } from "node:child_process";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import ssh2, { type Connection } from "ssh2";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { Endpoint, RemoteScript } from "./remote";
import { runRemotely } from "./remote";

// Not ed25519: ssh2 cannot read back about one in three hundred of the ed25519 keys that it generates.
const newKeys = () => ssh2.utils.generateKeyPairSync("ecdsa", { bits: 256 });
const host = newKeys();
const user = newKeys();
const stranger = newKeys();
const never = new AbortController().signal;

let server: ssh2.Server;
let endpoint: Endpoint;
let connections: Connection[];
let forwards: string[];
let refuse: number;

beforeEach(async () => {
  connections = [];
  forwards = [];
  refuse = 0;
  server = new ssh2.Server({ hostKeys: [host.private] }, accept);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  endpoint = {
    host: "127.0.0.1",
    port,
    user: "validator",
    privateKey: user.private,
    dialErrorLimit: 0,
    perDialTimeout: 10,
  };
});

afterEach(() => {
  for (const connection of connections) {
    connection.end();
  }
  server.close();
});

/** A server that accepts the user's key or the password `open`, runs commands, and forwards connections. */
function accept(connection: Connection): void {
  connections.push(connection);
  if (refuse > 0) {
    refuse -= 1;
    connection.end();
    return;
  }
  connection.on("error", () => {});
  connection.on("authentication", (attempt) => {
    const known = ssh2.utils.parseKey(user.public);
    const right =
      (attempt.method === "publickey" &&
        !(known instanceof Error) &&
        attempt.key.data.equals(known.getPublicSSH())) ||
      (attempt.method === "password" && attempt.password === "open");
    right ? attempt.accept() : attempt.reject();
  });
  connection.on("tcpip", (acceptForward, _reject, { destIP, destPort }) => {
    forwards.push(`${destIP}:${destPort}`);
    const channel = acceptForward();
    channel
      .pipe(connect(destPort, destIP))
      .on("error", () => {})
      .pipe(channel);
  });
  connection.on("session", (acceptSession) => {
    const environment: Record<string, string> = {};
    acceptSession()
      .on("env", (acceptEnv, _reject, { key, val }) => {
        environment[key] = val;
        acceptEnv?.();
      })
      .on("exec", (acceptExec, _reject, { command }) => {
        const channel = acceptExec();
        const child = spawn("/bin/sh", ["-c", command], { env: { ...process.env, ...environment } });
        channel.stdin.pipe(child.stdin);
        child.stdout.pipe(channel.stdout, { end: false });
        child.stderr.pipe(channel.stderr, { end: false });
        channel.on("close", () => child.kill("SIGKILL"));
        child.on("close", (code) => {
          channel.exit(code ?? 255);
          channel.end();
        });
      });
  });
}

function run(script: string, more: Partial<RemoteScript> = {}, signal = never) {
  return runRemotely({ script, connection: endpoint, logging: "none", ...more }, () => {}, signal);
}

test("runs a script with a key, its environment and standard input", async () => {
  const output = await run('echo "$NAME"; cat; echo err >&2', {
    environment: { NAME: "besu" },
    stdin: "in",
  });
  expect(output).toEqual({ stdout: "besu\nin", stderr: "err" });
});

test("runs a script with a password", async () => {
  const { privateKey: _, ...withoutKey } = endpoint;
  expect(await run("echo ok", { connection: { ...withoutKey, password: "open" } })).toMatchObject({
    stdout: "ok",
  });
});

test("goes through a bastion", async () => {
  expect(await run("echo inside", { proxy: endpoint })).toMatchObject({ stdout: "inside" });
  expect(forwards).toEqual([`127.0.0.1:${endpoint.port}`]);
});

test("shows lines while the script runs", async () => {
  const lines: string[] = [];
  await runRemotely(
    { script: "echo a; echo b", connection: endpoint, logging: "stdoutAndStderr" },
    (line) => lines.push(line),
    never,
  );
  expect(lines).toEqual(["a", "b"]);
});

test("a failure's message contains the host and the exit, but neither script nor key", async () => {
  const failure = run("echo because >&2; : token-in-script; exit 3");
  await expect(failure).rejects.toThrow("the command on 127.0.0.1 exited with 3\nbecause");
  await expect(failure).rejects.not.toThrow(/token-in-script|PRIVATE KEY/);
});

test("repeats failed attempts up to the limit", async () => {
  refuse = 2;
  const patient = { ...endpoint, dialErrorLimit: 2 };
  expect(await run("echo in", { connection: patient })).toMatchObject({ stdout: "in" });
  refuse = 2;
  await expect(run("echo in", { connection: { ...endpoint, dialErrorLimit: 1 } })).rejects.toThrow(
    /validator@127\.0\.0\.1:\d+ could not be reached over SSH in 2 attempts/,
  );
});

test("the host key is checked if one is configured", async () => {
  expect(await run("echo yes", { connection: { ...endpoint, hostKey: host.public } })).toMatchObject({
    stdout: "yes",
  });
  await expect(run("echo no", { connection: { ...endpoint, hostKey: stranger.public } })).rejects.toThrow(
    /could not be reached over SSH.*verification/,
  );
});

test("a wrong key is refused, and the message contains no key", async () => {
  const failure = run("true", { connection: { ...endpoint, privateKey: stranger.private } });
  await expect(failure).rejects.toThrow(/authentication methods failed/);
  await expect(failure).rejects.not.toThrow(/PRIVATE KEY/);
});

test("an abort ends the wait and closes the connection", async () => {
  const cancel = new AbortController();
  const running = runRemotely(
    { script: "echo started; sleep 1000", connection: endpoint, logging: "stdout" },
    () => cancel.abort(new Error("cancelled")),
    cancel.signal,
  );
  await expect(running).rejects.toThrow("the command was ended: cancelled");
});
