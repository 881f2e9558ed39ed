import { join } from "node:path";

/** Where the paths of a machine are on this computer. */
export class GuestPaths {
  /**
   * @param root the folder that stands for the machine's disk.
   * @param users the names of the users with a home.
   */
  constructor(
    readonly root: string,
    readonly users: readonly string[],
  ) {}

  /** The path on this computer. Paths outside of the homes, of /etc and of the stand-ins are this computer's own. */
  toHost(path: string): string {
    return this.#isOwn(path) ? join(this.root, path) : path;
  }

  home(user: string): string {
    return join(this.root, "home", user);
  }

  /** A script in which the machine's paths are replaced, because a process of the machine sees this computer's files. */
  inScript(text: string): string {
    const homes = this.users.map((user) => `/home/${user}`);
    const paths = [...homes, ...PROGRAMS.map((name) => `/usr/bin/${name}`)];
    const expression = new RegExp(`(?<![\\w./-])(${paths.join("|")})(?![\\w-])`, "g");
    return text.replace(expression, (path) => join(this.root, path));
  }

  #isOwn(path: string): boolean {
    return (
      this.users.some((user) => path === `/home/${user}` || path.startsWith(`/home/${user}/`)) ||
      OWN_FOLDERS.some((folder) => path.startsWith(folder)) ||
      PROGRAMS.some((name) => path === `/usr/bin/${name}`)
    );
  }
}

const OWN_FOLDERS = ["/etc/systemd/system/", "/etc/ssh/sshd_config.d/"];

/** The programs of a machine that are stand-ins. `fio` is there once its package is installed. */
export const PROGRAMS = ["sudo", "systemctl", "journalctl", "cloud-init", "mountpoint", "fio"] as const;
