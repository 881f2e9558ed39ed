import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { PROJECT_ROOT } from "./root";

/**
 * The absolute path of a file or folder that a config names. A path is absolute, relative to the project's root folder,
 * or begins with `~`, the home folder of whoever runs the program: no shell has expanded the paths of a config.
 *
 * @example filePath("~/.kube/config") === "/home/ada/.kube/config"
 */
export function filePath(configured: string): string {
  const fromHome = /^~(?:[/\\](.*))?$/s.exec(configured);
  return fromHome === null ? resolve(PROJECT_ROOT, configured) : join(homedir(), fromHome[1] ?? "");
}
