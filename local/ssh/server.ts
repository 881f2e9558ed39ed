import { execFile } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import { STATE_MARKER, start } from "../kubernetes/control-plane/children";
import { kill, processesWithVariable } from "../services/processes";
import type { OpenSsh } from "./openssh";

const run = promisify(execFile);

/** What the SSH servers of all machines of a service have in common. */
export interface SshSettings {
  readonly programs: OpenSsh;
  /** State folder of the service, in which the logs are. */
  readonly state: string;
}

/** The machine that an SSH server gives access to. */
export interface SshMachine {
  /** Unique among the machines of this computer: the machine's processes are found by this id. */
  readonly id: string;
  readonly address: string;
  readonly port: number;
  /** Folder for the host key and the configuration. The host key is as old as the folder. */
  readonly folder: string;
  /** The users and their homes. Every user is the user who runs the service. */
  readonly users: readonly { readonly name: string; readonly home: string }[];
  /** The file with a user's keys, as in sshd_config(5): `%u` stands for the user's name. */
  readonly authorizedKeysFile: string;
  /** Variables of all sessions. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Lines of sshd_config(5) that come first. The first value of a keyword counts. */
  readonly configuration?: readonly string[];
}

/**
 * Starts a machine's own OpenSSH server, with a host key of its own that is as old as the machine, and waits until the
 * server listens. Commands run as the user who runs the service, in the user's home.
 *
 * @returns a function that ends the server together with all other processes of the machine.
 */
export async function startSshServer(
  settings: SshSettings,
  machine: SshMachine,
): Promise<() => Promise<void>> {
  const { id, folder, address, port } = machine;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const hostKey = join(folder, "host_key");
  if (!existsSync(hostKey)) {
    await run(settings.programs.keygen, ["-q", "-t", "ed25519", "-N", "", "-C", id, "-f", hostKey]);
  }
  if (userInfo().uid === 0) {
    // sshd's own requirement for a server that root starts; Debian's service makes the same folder at each boot.
    mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  }
  writeUserDatabase(machine);
  writeFileSync(join(folder, "sshd_config"), configuration(settings, machine, hostKey));
  const { programs, state } = settings;
  const server = start(
    {
      name: `sshd-${id}`,
      command: programs.sshd,
      args: ["-D", "-e", "-f", join(folder, "sshd_config")],
      environment: {
        [MACHINE_MARKER]: id,
        LD_LIBRARY_PATH: programs.libraries.join(":"),
        ...userDatabaseVariables(programs, folder),
      },
    },
    state,
  );
  let outcome: string | undefined;
  server.ended.then((how) => {
    outcome = how;
  });
  const deadline = performance.now() + 10_000;
  while (!(await accepts(address, port))) {
    if (outcome !== undefined || performance.now() > deadline) {
      throw new Error(`sshd of ${id} ${outcome ?? "does not listen"}; see logs/sshd-${id}.log in ${state}`);
    }
    await delay(10);
  }
  return async () => {
    await server.stop(1_000);
    await endProcesses(id);
  };
}

/** Kills all processes of a machine. */
export function endProcesses(id: string): Promise<void> {
  return kill(processesWithVariable(MACHINE_MARKER, id));
}

/** A variable in the environment of the server and of its sessions, by which all processes of a machine are found. */
export const MACHINE_MARKER = "CHAINFLEET_LOCAL_INSTANCE";

/** Variables by which a program sees the machine's users instead of this computer's. */
export function userDatabaseVariables({ wrapper }: OpenSsh, folder: string): Record<string, string> {
  return {
    LD_PRELOAD: wrapper,
    NSS_WRAPPER_PASSWD: join(folder, "passwd"),
    NSS_WRAPPER_GROUP: join(folder, "group"),
  };
}

/** The user database. Every name is the user who runs the service; `sshd` is what sshd itself asks for. */
function writeUserDatabase({ users, folder }: SshMachine): void {
  const { uid, gid } = userInfo();
  const shell = existsSync("/bin/bash") ? "/bin/bash" : "/bin/sh";
  const accounts = users.map(({ name, home }) => `${name}:x:${uid}:${gid}::${home}:${shell}`);
  const others = [
    "sshd:x:65533:65534::/run/sshd:/usr/sbin/nologin",
    "nobody:x:65534:65534::/:/usr/sbin/nologin",
  ];
  writeFileSync(join(folder, "passwd"), `${[...accounts, ...others].join("\n")}\n`);
  const groups = users.map(({ name }) => `${name}:x:${gid}:`);
  writeFileSync(
    join(folder, "group"),
    `${[...groups, "root:x:0:", `users:x:${gid}:`, "nogroup:x:65534:"].join("\n")}\n`,
  );
}

function configuration(
  { state }: SshSettings,
  { id, address, port, users, authorizedKeysFile, environment, configuration: first = [] }: SshMachine,
  hostKey: string,
): string {
  const variables = { ...environment, [STATE_MARKER]: state, [MACHINE_MARKER]: id };
  const service = process.env.CHAINFLEET_LOCAL_SERVICE;
  const all = Object.entries({
    ...variables,
    ...(service === undefined ? {} : { CHAINFLEET_LOCAL_SERVICE: service }),
  });
  return `${[
    ...first,
    `Port ${port}`,
    `ListenAddress ${address}`,
    `HostKey "${hostKey}"`,
    `AuthorizedKeysFile "${authorizedKeysFile}"`,
    `AllowUsers ${users.map(({ name }) => name).join(" ")}`,
    "AuthenticationMethods publickey",
    "PermitRootLogin prohibit-password",
    // The checkout may lie in a folder that others can write to.
    "StrictModes no",
    "UsePAM no",
    "PidFile none",
    "PrintMotd no",
    "PrintLastLog no",
    "Subsystem sftp internal-sftp",
    `SetEnv ${all.map(([name, value]) => `"${name}=${value}"`).join(" ")}`,
  ].join("\n")}\n`;
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host })
      .on("connect", () => {
        socket.destroy();
        resolve(true);
      })
      .on("error", () => resolve(false));
  });
}
