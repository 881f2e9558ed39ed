import { type FSWatcher, watch } from "node:fs";
import { dirname, join } from "node:path";
import { ChainfleetError } from "../../components/error";
import type { FileHashes } from "../graph/task";
import { fileHashes } from "../run/file-hashes";

/** A tree that is followed until the watch is closed. */
export interface TreeWatch {
  close(): void;
}

/** How long nothing may happen before the files are compared: a checkout or a formatter changes many, one after another. */
const QUIET_MILLISECONDS = 200;

/** The files are compared at least so often while something happens all the time. */
const LONGEST_MILLISECONDS = 2_000;

/**
 * Follows the files of a working tree that git tracks or does not ignore, and tells which of them have another content, are new or
 * are gone. A file that is written anew with the same content has not changed.
 *
 * This is node:fs and no package such as chokidar: git says which folders there are, whereas a package would walk through
 * node_modules or need git's rules a second time, and what has changed is decided by the content that the pipeline hashes anyway.
 *
 * @param onChange takes the paths from the root, at least one.
 * @throws ChainfleetError `NOT_A_REPOSITORY`, or `TOO_MANY_WATCHES` if the system lets this user follow no more folders.
 */
export function watchTree(root: string, onChange: (changed: readonly string[]) => void): TreeWatch {
  const watchers = new Map<string, FSWatcher>();
  let files = fileHashes(root);
  let timer: NodeJS.Timeout | undefined;
  let firstEvent: number | undefined;

  const look = () => {
    firstEvent = undefined;
    const now = fileHashes(root);
    const changed = changedFiles(files, now);
    files = now;
    if (follow()) {
      // What was written into a new folder before the folder was followed.
      noticed();
    }
    if (changed.length > 0) {
      onChange(changed);
    }
  };
  const noticed = () => {
    const at = performance.now();
    firstEvent ??= at;
    clearTimeout(timer);
    timer = setTimeout(look, Math.min(QUIET_MILLISECONDS, firstEvent + LONGEST_MILLISECONDS - at));
  };
  /** Follows the folders that there are now. @returns whether one is new. */
  const follow = (): boolean => {
    const folders = foldersOf([...files.keys()]);
    for (const [folder, watcher] of watchers) {
      if (!folders.has(folder)) {
        watcher.close();
        watchers.delete(folder);
      }
    }
    const added = [...folders].filter((folder) => !watchers.has(folder));
    for (const folder of added) {
      watchers.set(folder, watchFolder(join(root, folder), noticed));
    }
    return added.length > 0;
  };
  follow();
  return {
    close: () => {
      clearTimeout(timer);
      for (const watcher of watchers.values()) {
        watcher.close();
      }
    },
  };
}

/** The files whose content differs, or that only one of the two has. Pure. */
export function changedFiles(before: FileHashes, now: FileHashes): string[] {
  const paths = new Set([...before.keys(), ...now.keys()]);
  return [...paths].filter((path) => before.get(path) !== now.get(path)).toSorted();
}

/** The folders in which the files are, with the folders around these. Pure. */
export function foldersOf(paths: readonly string[]): ReadonlySet<string> {
  const folders = new Set(["."]);
  for (const path of paths) {
    for (let folder = dirname(path); !folders.has(folder); folder = dirname(folder)) {
      folders.add(folder);
    }
  }
  return folders;
}

function watchFolder(folder: string, noticed: () => void): FSWatcher {
  try {
    // A folder that is deleted ends its watcher; its parent tells of the deletion.
    return watch(folder, noticed).on("error", noticed);
  } catch (cause) {
    throw new ChainfleetError({
      code: "TOO_MANY_WATCHES",
      summary: `The folder ${folder} cannot be followed: ${(cause as Error).message}.`,
      next: "On Linux, raise the limit: sysctl fs.inotify.max_user_watches and fs.inotify.max_user_instances.",
      cause,
    });
  }
}
