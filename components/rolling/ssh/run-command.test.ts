import type { AddressInfo } from "node:net";
import { type Connection, Server, type ServerChannel, utils } from "ssh2";
import { afterEach, describe, expect, it } from "vitest";
import { untilSshAnswers } from "./host-key";
import { runCommand } from "./run-command";

// One in a hundred of the Ed25519 keys that ssh2 1.17 generates is malformed.
const newKeys = () => utils.generateKeyPairSync("ecdsa", { bits: 256 });
const user = newKeys();
const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
  }
});

/** An SSH server in this process that accepts the user's key. @param run answers each command. */
async function sshServer(run: (command: string, channel: ServerChannel, client: Connection) => void) {
  const hostKey = newKeys();
  const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    client
      .on("error", () => {})
      .on("authentication", (context) => {
        const isKnown = context.method === "publickey" && context.username === "deployer";
        const expected = user.public.split(" ")[1];
        if (isKnown && context.key.data.toString("base64") === expected) {
          context.accept();
        } else {
          context.reject();
        }
      })
      .on("session", (accept) => {
        accept().on("exec", (acceptCommand, _, { command }) => run(command, acceptCommand(), client));
      });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  const [type, key] = hostKey.public.split(" ");
  return { host: "127.0.0.1", port, user: "deployer", privateKey: user.private, hostKey: `${type} ${key}` };
}

describe("a command over SSH", () => {
  it("hands over each line of both streams, the last one without an end too", async () => {
    const commands: string[] = [];
    const login = await sshServer((command, channel) => {
      commands.push(command);
      channel.write("first\nsec");
      channel.stderr.write("warning\n");
      channel.write("ond\nlast");
      channel.exit(0);
      channel.end();
    });
    const lines: string[] = [];
    await runCommand(login, "deploy 'v1'\necho done", (line) => lines.push(line));
    expect(commands).toEqual(["deploy 'v1'\necho done"]);
    expect(lines.filter((line) => line !== "warning")).toEqual(["first", "second", "last"]);
    expect(lines).toContain("warning");
  });

  it("fails with its exit code or its signal", async () => {
    const exits = await sshServer((_, channel) => {
      channel.exit(3);
      channel.end();
    });
    await expect(runCommand(exits, "false", () => {})).rejects.toMatchObject({
      code: "SSH_COMMAND_FAILED",
      summary: expect.stringContaining("exit code 3"),
    });
    const isKilled = await sshServer((_, channel) => {
      channel.exit("KILL");
      channel.end();
    });
    await expect(runCommand(isKilled, "sleep 9", () => {})).rejects.toMatchObject({
      code: "SSH_COMMAND_FAILED",
      summary: expect.stringContaining("signal SIGKILL"),
    });
  });

  it("fails if the connection ends before the command does", async () => {
    const login = await sshServer((_, _channel, client) => client.end());
    await expect(runCommand(login, "reboot", () => {})).rejects.toMatchObject({
      code: "SSH_CONNECTION_FAILED",
      summary: expect.stringContaining("closed"),
    });
  });

  it("is not sent to a server with another host key than that of the first answer", async () => {
    const commands: string[] = [];
    const login = await sshServer((command) => commands.push(command));
    expect(await untilSshAnswers(login, 5)).toBe(login.hostKey);
    const other = await sshServer((command) => commands.push(command));
    await expect(runCommand({ ...other, hostKey: login.hostKey }, "deploy", () => {})).rejects.toMatchObject({
      code: "SSH_HOST_KEY_CHANGED",
    });
    expect(commands).toEqual([]);
  });

  it("fails if the server does not accept the key, or if the key cannot be read, without showing the key", async () => {
    const login = await sshServer(() => {});
    const stranger = newKeys().private;
    await expect(runCommand({ ...login, privateKey: stranger }, "deploy", () => {})).rejects.toMatchObject({
      code: "SSH_CONNECTION_FAILED",
    });
    const unreadable = runCommand({ ...login, privateKey: "no key at all" }, "deploy", () => {});
    await expect(unreadable).rejects.toMatchObject({ code: "SSH_CONNECTION_FAILED" });
    await expect(unreadable).rejects.not.toThrow(/no key at all/);
  });
});
