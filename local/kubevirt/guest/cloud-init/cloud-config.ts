import { parse } from "yaml";
import { z } from "zod";

/**
 * The part of cloud-init's cloud-config that the machines understand. Whatever else a document says is refused: a real
 * cloud-init would do something that this stand-in does not.
 * Source of names and meanings: https://docs.cloud-init.io/en/latest/reference/modules.html
 */
export interface CloudConfig {
  readonly users: readonly GuestUser[];
  readonly writeFiles: readonly GuestFile[];
  readonly packages: readonly (typeof PACKAGES)[number][];
  /** The file system of the data disk, and where it is mounted. At most one. */
  readonly mount?: { readonly device: string; readonly path: string };
  /** Commands in the form of lists, each a program with its arguments. */
  readonly commands: readonly (readonly string[])[];
}

export interface GuestUser {
  readonly name: string;
  readonly authorizedKeys: readonly string[];
  /** Whether the user may run everything as root without a password. */
  readonly mayBecomeRoot: boolean;
}

export interface GuestFile {
  readonly path: string;
  readonly content: string;
  /** The file's permission bits. */
  readonly mode: number;
  /** Written at the end of the boot, after the users were made and packages were installed. */
  readonly isDeferred: boolean;
}

const PACKAGES = ["fio", "qemu-guest-agent"] as const;

const user = z.strictObject({
  name: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  gecos: z.string().optional(),
  groups: z.union([z.string(), z.array(z.string())]).optional(),
  lock_passwd: z.boolean().optional(),
  shell: z.literal("/bin/bash").or(z.literal("/bin/sh")).optional(),
  sudo: z.union([z.string(), z.array(z.string())]).optional(),
  ssh_authorized_keys: z.array(z.string().regex(/^(ssh-|ecdsa-|sk-)\S+ \S+/)).default([]),
});

const file = z.strictObject({
  path: z.string().startsWith("/"),
  content: z.string().default(""),
  permissions: z
    .string()
    .regex(/^0?[0-7]{3,4}$/)
    .default("0644"),
  owner: z.string().default("root:root"),
  defer: z.boolean().default(false),
});

const fileSystem = z.strictObject({
  device: z.string(),
  filesystem: z.enum(["xfs", "ext4"]),
  label: z.string().optional(),
  partition: z.enum(["none", "auto"]).optional(),
  overwrite: z.boolean().optional(),
});

const document = z.strictObject({
  hostname: z.string().optional(),
  ssh_pwauth: z.literal(false).optional(),
  package_update: z.boolean().optional(),
  packages: z.array(z.enum(PACKAGES)).default([]),
  users: z.array(z.union([z.literal("default"), user])).default(["default"]),
  write_files: z.array(file).default([]),
  fs_setup: z.array(fileSystem).max(1).default([]),
  mounts: z.array(z.array(z.string()).min(2).max(6)).max(1).default([]),
  runcmd: z.array(z.array(z.string()).min(1)).default([]),
});

/**
 * Reads user data.
 *
 * @throws an Error with every finding if the document says something that a machine here cannot do, or that fails on a real
 *   machine.
 */
export function parseCloudConfig(userData: string): CloudConfig {
  // https://docs.cloud-init.io/en/latest/explanation/format.html: the first line decides how user data is read.
  if (!/^#cloud-config\s*\n/.test(userData)) {
    throw new Error("the user data is no cloud-config: its first line has to be #cloud-config");
  }
  const result = document.safeParse(parse(userData));
  if (!result.success) {
    throw new Error(`the cloud-config is refused:\n${z.prettifyError(result.error)}`);
  }
  const findings = findingsIn(result.data);
  if (findings.length > 0) {
    throw new Error(`the cloud-config is refused:\n${findings.map((finding) => `- ${finding}`).join("\n")}`);
  }
  return configOf(result.data);
}

type Document = z.output<typeof document>;

function findingsIn(config: Document): string[] {
  const users = namedUsers(config).map(({ name }) => name);
  const { write_files, fs_setup, mounts } = config;
  return [
    ...duplicates(users).map((name) => `users: ${name} is there twice`),
    ...write_files.flatMap(({ path }) =>
      mayBeWritten(path, users)
        ? []
        : [
            `write_files: ${path} is outside of the homes, /etc/systemd/system/*.service and /etc/ssh/sshd_config.d/*`,
          ],
    ),
    ...write_files.flatMap((one) => ownerFindings(one, users)),
    ...mounts.flatMap(([device = "", path = ""]) => [
      ...(homeOf(path, users) === undefined || users.some((name) => path === `/home/${name}`)
        ? [`mounts: ${path} is not below the home of a user`]
        : []),
      // A claim is a disk without a file system; mount(8) would fail.
      ...(fs_setup.some((each) => each.device === device)
        ? []
        : [`mounts: fs_setup makes no file system on ${device}`]),
    ]),
    ...fs_setup
      .filter(({ device }) => !mounts.some(([mounted]) => mounted === device))
      .map(({ device }) => `fs_setup: ${device} is not mounted`),
    ...rootsHomes(config, users).map(
      (home) =>
        `${home} is made before its user, by a mount or a file that is not deferred, and belongs to root: runcmd has to chown it`,
    ),
  ];
}

/**
 * What cloud-init writes before `users` belongs to nobody that exists yet: write_files and mounts come before users-groups,
 * and useradd leaves a home alone that exists.
 * Source: https://github.com/canonical/cloud-init/blob/main/config/cloud.cfg.tmpl
 */
function ownerFindings(
  { path, owner, defer }: Document["write_files"][number],
  users: readonly string[],
): string[] {
  const [name = "", group = "root"] = owner.split(":");
  const known = ["root", ...users];
  if (!known.includes(name) || !known.includes(group)) {
    return [`write_files: ${path} belongs to ${owner}, who does not exist`];
  }
  if (!defer && owner !== "root:root" && owner !== "root") {
    return [`write_files: ${path} belongs to ${owner}, who does not exist yet: the file needs defer: true`];
  }
  return [];
}

/** The homes that are made before their users and that no command gives to them. */
function rootsHomes({ write_files, mounts, runcmd }: Document, users: readonly string[]): string[] {
  const early = [
    ...write_files.filter(({ defer }) => !defer).map(({ path }) => path),
    ...mounts.map(([, path = ""]) => path),
  ];
  const homes = new Set(early.flatMap((path) => homeOf(path, users) ?? []));
  const given = runcmd
    .filter(([program]) => program === "chown" || program === "/usr/bin/chown")
    .flatMap((words) => words.slice(2));
  return [...homes].filter((home) => !given.includes(home));
}

function mayBeWritten(path: string, users: readonly string[]): boolean {
  const isPlain = !path.split("/").some((part) => part === ".." || part === ".");
  return (
    isPlain &&
    (homeOf(path, users) !== undefined ||
      /^\/etc\/systemd\/system\/[A-Za-z0-9@_.-]+\.service$/.test(path) ||
      /^\/etc\/ssh\/sshd_config\.d\/[A-Za-z0-9_.-]+$/.test(path))
  );
}

/** The home in which a path lies; undefined if the path is in no user's home. */
function homeOf(path: string, users: readonly string[]): string | undefined {
  const name = users.find((each) => path.startsWith(`/home/${each}/`));
  return name === undefined ? undefined : `/home/${name}`;
}

function configOf(config: Document): CloudConfig {
  const [mount] = config.mounts;
  return {
    users: namedUsers(config).map(({ name, ssh_authorized_keys, sudo }) => ({
      name,
      authorizedKeys: ssh_authorized_keys,
      mayBecomeRoot: [sudo ?? []].flat().some((rule) => /^ALL=\(ALL(:ALL)?\) ?NOPASSWD: ?ALL$/.test(rule)),
    })),
    writeFiles: config.write_files.map(({ path, content, permissions, defer }) => ({
      path,
      content,
      mode: Number.parseInt(permissions, 8),
      isDeferred: defer,
    })),
    packages: config.packages,
    ...(mount === undefined ? {} : { mount: { device: mount[0] ?? "", path: mount[1] ?? "" } }),
    commands: config.runcmd,
  };
}

function namedUsers({ users }: Document): z.output<typeof user>[] {
  return users.filter((each) => each !== "default");
}

function duplicates(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) < index);
}
