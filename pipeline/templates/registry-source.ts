import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { ChainfleetError } from "../../components/error";

/** Where a registry is found, and where copies of git repositories are kept. */
export interface RegistrySource {
  /** A folder, or the URL of a git repository, with `#` and a branch or tag if it is not the default branch. */
  readonly source: string;
  /** The folder for copies of repositories. */
  readonly copies: string;
  /** Whether a repository that was copied before is copied anew. Otherwise no network is needed for such a repository. */
  readonly update: boolean;
}

/**
 * The root folder of a registry. A git repository is copied once, without its history.
 *
 * @throws ChainfleetError `REGISTRY_UNREACHABLE` if the source is neither a folder nor a repository that git can copy. If
 *   there is an older copy, the copy stays.
 */
export function registryFolder({ source, copies, update }: RegistrySource): string {
  if (
    statSync(source, { throwIfNoEntry: false })?.isDirectory() === true &&
    !existsSync(join(source, "HEAD"))
  ) {
    return source;
  }
  const folder = join(copies, createHash("sha256").update(source).digest("hex").slice(0, 16));
  if (existsSync(folder) && !update) {
    return folder;
  }
  copy(source, folder);
  return folder;
}

function copy(source: string, folder: string): void {
  const [url = "", ref] = source.split("#", 2);
  const unfinished = `${folder}.${process.pid}`;
  mkdirSync(dirname(folder), { recursive: true });
  try {
    execFileSync(
      "git",
      [
        "clone",
        "--quiet",
        "--depth",
        "1",
        ...(ref === undefined ? [] : ["--branch", ref]),
        "--",
        url,
        unfinished,
      ],
      {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "pipe"],
        // No transport that runs programs (git-remote-ext), and no question for a password in the middle of a run.
        env: { ...process.env, GIT_ALLOW_PROTOCOL: "file:https:ssh:git", GIT_TERMINAL_PROMPT: "0" },
      },
    );
    rmSync(folder, { recursive: true, force: true });
    renameSync(unfinished, folder);
  } catch (cause) {
    const { stderr = "", message } = cause as Error & { stderr?: string };
    throw new ChainfleetError({
      code: "REGISTRY_UNREACHABLE",
      summary: `The registry ${withoutPassword(url)} is no folder, and git cannot copy it as a repository: ${withoutPassword(stderr.trim() || message)}`,
      next: "Check the folder or the URL, and that git can reach the repository from here.",
      cause,
    });
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** A URL may carry a password before its host. */
function withoutPassword(text: string): string {
  return text.replace(/(\w+:\/\/)[^@/\s]*@/g, "$1");
}
