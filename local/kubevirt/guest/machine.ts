import { appendFileSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../cloud/engine/conditions/clock";
import { endProcesses, type SshSettings, startSshServer } from "../../ssh/server";
import type { PoolLimits } from "../install/pools";
import { type BootTarget, type DataDisk, finalStage, GUEST_AGENT, initStage } from "./cloud-init/apply";
import { type CloudConfig, parseCloudConfig } from "./cloud-init/cloud-config";
import { guestEnvironment, guestMarkers } from "./environment";
import { GuestPaths } from "./paths";
import { ServiceManager } from "./systemd/service-manager";

/** A disk of a machine whose volume belongs to a claim. */
export interface ClaimDisk extends DataDisk {
  readonly storageClass: string;
  /** What the volume can do; undefined: as much as this computer. */
  readonly limits: PoolLimits | undefined;
}

/** What a machine is made of. */
export interface MachineDescription {
  /** The uid of the VirtualMachineInstance. */
  readonly id: string;
  readonly userData: string;
  readonly disks: readonly ClaimDisk[];
  /** Address of the machine's SSH server on this computer's loopback network. */
  readonly address: string;
  readonly port: number;
}

/** What all machines share. */
export interface MachineSettings {
  readonly ssh: SshSettings;
  readonly state: string;
  readonly clock: Clock;
  /** Simulated seconds from the start of a machine until its SSH server answers. */
  readonly bootSeconds: number;
  /** Simulated seconds that the installation of the packages takes afterwards. */
  readonly packageSeconds: number;
}

/** A virtual machine: a folder that stands for its disk, an OpenSSH server, and a service manager. */
export class Machine {
  /** What went wrong in the boot. */
  failure: string | undefined;
  /** Whether the SSH server answers. */
  isReachable = false;
  #services: ServiceManager | undefined;
  #stopServer: (() => Promise<void>) | undefined;
  #booting: Promise<void> = Promise.resolve();
  readonly #ending = new AbortController();

  constructor(
    readonly description: MachineDescription,
    readonly settings: MachineSettings,
    /** Called when what the machine reports has changed. */
    readonly onChange: () => void,
  ) {}

  get services(): ServiceManager | undefined {
    return this.#services;
  }

  /** Whether the guest agent runs, by which KubeVirt knows that the system is up. */
  get hasAgent(): boolean {
    return this.#services?.isActive(GUEST_AGENT) ?? false;
  }

  /** The claim's disk that the machine works on: the one that is mounted, or the first. */
  get dataDisk(): ClaimDisk | undefined {
    return this.description.disks[0];
  }

  /** The folder for the copies of job files. */
  get jobFolder(): string {
    return join(this.#root, "run", "fio");
  }

  /**
   * Boots the machine, for the first time or again on the same disk: cloud-init runs once for each instance. The promise is
   * fulfilled at the end of the boot, whether the boot succeeded or not.
   */
  boot(): Promise<void> {
    this.#booting = this.#bootOrFail();
    return this.#booting;
  }

  async #bootOrFail(): Promise<void> {
    try {
      await this.#boot(this.#ending.signal);
    } catch (error) {
      if (!this.#ending.signal.aborted) {
        this.failure = (error as Error).message;
        this.#log(`the boot failed: ${this.failure}`);
        this.#status("error");
        this.onChange();
      }
    }
  }

  /** Ends all processes of the machine. */
  async shutDown(): Promise<void> {
    this.#ending.abort(new Error("the machine was shut down"));
    this.isReachable = false;
    this.#services?.close();
    await this.#stopServer?.();
    await endProcesses(this.description.id);
    await this.#booting;
    // A boot that was under way may have started a process meanwhile.
    this.#services?.close();
    await endProcesses(this.description.id);
  }

  /** Removes the machine's disk. The volumes of claims are not part of the disk. */
  async removeDisk(): Promise<void> {
    await rm(machineFolder(this.settings.state, this.description.id), { recursive: true, force: true });
  }

  async #boot(signal: AbortSignal): Promise<void> {
    const { clock, bootSeconds, packageSeconds } = this.settings;
    mkdirSync(this.#root, { recursive: true, mode: 0o700 });
    this.#status("running");
    const config = parseCloudConfig(this.description.userData);
    await clock.sleep(bootSeconds, signal);
    const target = this.#bootTarget(config);
    const services = target.services;
    const marker = join(this.#root, "var", "lib", "cloud-init-done");
    const isFirst = !existsSync(marker);
    if (isFirst) {
      initStage(target);
    }
    this.#stopServer = await this.#startServer(config, target);
    if (signal.aborted) {
      await this.#stopServer();
      return;
    }
    this.isReachable = true;
    this.#services = services;
    this.onChange();
    if (isFirst) {
      await clock.sleep(config.packages.length > 0 ? packageSeconds : 0, signal);
      await finalStage(target, this.#console);
      mkdirSync(join(this.#root, "var", "lib"), { recursive: true });
      writeFileSync(marker, "");
    }
    await services.startEnabled();
    this.#status("done");
    this.onChange();
  }

  #bootTarget(config: CloudConfig): BootTarget & { readonly services: ServiceManager } {
    const paths = new GuestPaths(
      this.#root,
      config.users.map(({ name }) => name),
    );
    const { state, ssh } = this.settings;
    const { id } = this.description;
    const context = { id, root: this.#root, sshFolder: this.#sshFolder, state, ssh: ssh.programs };
    const common = { ...guestEnvironment(context), ...guestMarkers(context), LANG: "C.UTF-8" };
    const environment = (user: string) => ({
      ...common,
      HOME: config.users.some(({ name }) => name === user) ? paths.home(user) : this.#root,
      USER: user,
      LOGNAME: user,
      SHELL: "/bin/bash",
      CHAINFLEET_GUEST_SUDO: sudoVariable(config, user),
    });
    const services = new ServiceManager({
      id,
      root: this.#root,
      toHost: (path) => paths.toHost(path),
      environment,
      onChange: this.onChange,
    });
    return {
      config,
      paths,
      disks: this.description.disks,
      signal: this.#ending.signal,
      environment: environment("root"),
      unitWritten: (name) => services.load(name),
      services,
    };
  }

  #startServer(config: CloudConfig, { paths }: BootTarget): Promise<() => Promise<void>> {
    const { state, ssh } = this.settings;
    const { id, address, port } = this.description;
    const context = { id, root: this.#root, sshFolder: this.#sshFolder, state, ssh: ssh.programs };
    const dropIns = join(this.#root, "etc", "ssh", "sshd_config.d");
    return startSshServer(ssh, {
      id,
      address,
      port,
      folder: this.#sshFolder,
      users: config.users.map(({ name }) => ({ name, home: paths.home(name) })),
      authorizedKeysFile: join(this.#root, "home", "%u", ".ssh", "authorized_keys"),
      environment: {
        ...guestEnvironment(context),
        CHAINFLEET_GUEST_SUDO: config.users.every(({ mayBecomeRoot }) => mayBecomeRoot) ? "yes" : "no",
      },
      configuration: [
        ...(existsSync(dropIns) ? [`Include "${dropIns}/*.conf"`] : []),
        `ForceCommand "${join(__dirname, "bin", "session")}"`,
      ],
    });
  }

  get #root(): string {
    return join(machineFolder(this.settings.state, this.description.id), "disk");
  }

  get #sshFolder(): string {
    return join(machineFolder(this.settings.state, this.description.id), "ssh");
  }

  /** The file that stands for the serial console. */
  get #console(): string {
    return join(this.#root, "console.log");
  }

  #log(line: string): void {
    console.error(`${this.description.id}: ${line}`);
    appendFileSync(this.#console, `${line}\n`);
  }

  #status(status: "running" | "done" | "error"): void {
    const folder = join(this.#root, "run", "cloud-init");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "status"), `${status}\n`);
  }
}

/** The folder of a machine. */
export function machineFolder(state: string, id: string): string {
  return join(state, "machines", id);
}

function sudoVariable(config: CloudConfig, user: string): string {
  return user === "root" || config.users.some(({ name, mayBecomeRoot }) => name === user && mayBecomeRoot)
    ? "yes"
    : "no";
}
