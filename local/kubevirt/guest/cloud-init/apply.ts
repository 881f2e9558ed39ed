import { execFile } from "node:child_process";
import { appendFileSync, chmodSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import type { GuestPaths } from "../paths";
import { PROGRAMS } from "../paths";
import type { CloudConfig, GuestFile } from "./cloud-config";

const run = promisify(execFile);

/** A disk of a machine: the folder that stands for the claim's volume. */
export interface DataDisk {
  readonly serial: string;
  readonly folder: string;
}

/** Where the stages of a machine's first boot work. */
export interface BootTarget {
  readonly config: CloudConfig;
  readonly paths: GuestPaths;
  readonly disks: readonly DataDisk[];
  /** Variables of the commands. */
  readonly environment: Readonly<Record<string, string>>;
  /** Aborted when the machine is shut down. */
  readonly signal: AbortSignal;
  /** Called with each unit file that was written. */
  unitWritten(name: string): void;
}

/**
 * What cloud-init does before the SSH server starts: files, the data disk's file system and mount, users with their keys.
 * Source of the order: https://github.com/canonical/cloud-init/blob/main/config/cloud.cfg.tmpl
 *
 * @throws if the data disk does not exist: a real machine without the option nofail would stop in its emergency shell.
 */
export function initStage(target: BootTarget): void {
  const { config, paths, disks } = target;
  for (const { name, authorizedKeys } of config.users) {
    const folder = join(paths.home(name), ".ssh");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "authorized_keys"), `${authorizedKeys.join("\n")}\n`, { mode: 0o600 });
  }
  for (const file of config.writeFiles.filter(({ isDeferred }) => !isDeferred)) {
    writeGuestFile(file, target);
  }
  if (config.mount !== undefined) {
    const { device, path } = config.mount;
    const disk = disks.find(({ serial }) => device === `${BY_ID}${serial}`);
    if (disk === undefined) {
      const there = disks.map(({ serial }) => `${BY_ID}${serial}`).join(", ");
      throw new Error(`${device} does not exist; the machine's disks with a serial: ${there || "none"}`);
    }
    mkdirSync(disk.folder, { recursive: true });
    const point = paths.toHost(path);
    mkdirSync(dirname(point), { recursive: true });
    rmSync(point, { recursive: true, force: true });
    symlinkSync(disk.folder, point);
  }
  mkdirSync(join(paths.root, "usr", "bin"), { recursive: true });
  for (const name of PROGRAMS.filter((each) => each !== "fio")) {
    linkProgram(name, paths);
  }
}

/** udev's name of a virtio disk by its serial: https://github.com/systemd/systemd/blob/main/rules.d/60-persistent-storage.rules.in */
const BY_ID = "/dev/disk/by-id/virtio-";

/** What cloud-init does at the end of the boot: packages, deferred files, commands. A command that fails is in the log only. */
export async function finalStage(target: BootTarget, log: string): Promise<void> {
  const { config, paths, environment, signal } = target;
  if (config.packages.includes("fio")) {
    linkProgram("fio", paths);
  }
  if (config.packages.includes("qemu-guest-agent")) {
    const file = join(paths.root, "usr", "lib", "systemd", "system", GUEST_AGENT);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, "[Service]\nExecStart=/bin/sleep infinity\n");
    target.unitWritten(GUEST_AGENT);
  }
  for (const file of config.writeFiles.filter(({ isDeferred }) => isDeferred)) {
    writeGuestFile(file, target);
  }
  for (const words of config.commands) {
    signal.throwIfAborted();
    const [program = "", ...args] = words.map((word) => paths.toHost(word));
    try {
      const { stdout, stderr } = await run(program, args, {
        cwd: paths.root,
        env: { ...environment },
      });
      appendFileSync(log, `${stdout}${stderr}`);
    } catch (error) {
      appendFileSync(log, `runcmd: ${words.join(" ")}: ${(error as Error).message}\n`);
    }
  }
}

/** The unit of the package qemu-guest-agent. */
export const GUEST_AGENT = "qemu-guest-agent.service";

function writeGuestFile({ path, content, mode }: GuestFile, { paths, unitWritten }: BootTarget): void {
  const file = paths.toHost(path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, content.startsWith("#!") ? paths.inScript(content) : content);
  chmodSync(file, mode);
  const unit = /^\/etc\/systemd\/system\/([^/]+)$/.exec(path)?.[1];
  if (unit !== undefined) {
    unitWritten(unit);
  }
}

function linkProgram(name: string, { root }: GuestPaths): void {
  const link = join(root, "usr", "bin", name);
  rmSync(link, { force: true });
  symlinkSync(join(__dirname, "..", "bin", name), link);
}
