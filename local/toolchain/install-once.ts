import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { basename, dirname } from "node:path";
import { requireMayInstall } from "./installation";
import { withLock } from "./lock";

/** An installation into a folder that all checkouts of a user share. */
export interface Installation {
  /** The folder, which exists only once the installation is complete. */
  readonly folder: string;
  /** Fills the folder `unfinished`, which does not exist yet and is renamed to `folder` afterwards. */
  install(unfinished: string): Promise<void>;
  /** Called once if another process is installing into the folder. */
  onWait(): void;
}

/** Installs unless the folder exists. A killed installation leaves an unfinished folder, which the next one removes. */
export async function installOnce({ folder, install, onWait }: Installation): Promise<void> {
  if (existsSync(folder)) {
    return;
  }
  requireMayInstall(basename(folder));
  await mkdir(dirname(folder), { recursive: true });
  await withLock(
    folder,
    async () => {
      if (existsSync(folder)) {
        return;
      }
      const unfinished = `${folder}.unfinished`;
      await rm(unfinished, { recursive: true, force: true });
      await install(unfinished);
      await rename(unfinished, folder);
    },
    onWait,
  );
}
