import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { mkdir, readFile, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { promisify } from "node:util";
import { cacheFolder } from "../toolchain/go-build";
import { requireMayInstall } from "../toolchain/installation";
import { withLock } from "../toolchain/lock";
import { ENGINE_VERSION } from "./version";

/**
 * Downloads the official release and unpacks it into the cache, as the installation script of get.pulumi.com does. In
 * addition, the archive is checked against the checksums that are published with the release on another host.
 *
 * Returns the folder that holds `pulumi`, its language hosts and the plugin of dynamic providers; undefined if there is
 * no release for this machine or if the sites do not answer within seconds.
 *
 * @throws if the archive does not match its checksum.
 */
export async function installOfficial(say: (line: string) => void): Promise<string | undefined> {
  const name = archiveName(process.platform, process.arch);
  if (name === undefined) {
    return undefined;
  }
  const parent = cacheFolder();
  const folder = join(parent, name.replace(/\.tar\.gz$/, ""));
  if (await isInstalled(folder)) {
    return folder;
  }
  requireMayInstall(`pulumi-${ENGINE_VERSION}`);
  await mkdir(parent, { recursive: true });
  return withLock(folder, async () => {
    if (await isInstalled(folder)) {
      return folder;
    }
    const started = performance.now();
    const unfinished = `${folder}.unfinished`;
    await rm(unfinished, { recursive: true, force: true });
    await mkdir(unfinished);
    try {
      const checksums = join(unfinished, "checksums.txt");
      const archive = join(unfinished, name);
      if (!(await downloadIfReachable(CHECKSUMS, checksums))) {
        return undefined;
      }
      say(`engine: downloading the official release ${ENGINE_VERSION}`);
      if (!(await download(ARCHIVES + name, archive))) {
        return undefined;
      }
      await verify(archive, name, await readFile(checksums, "utf8"));
      await run("tar", ["-xzf", archive, "-C", unfinished]);
      await rename(join(unfinished, "pulumi"), folder);
      const seconds = Math.round((performance.now() - started) / 1000);
      say(`engine: installed in ${seconds} s (kept in ${folder})`);
      return folder;
    } finally {
      await rm(unfinished, { recursive: true, force: true });
    }
  });
}

/** Name of the release's archive, `pulumi-v3.248.0-linux-x64.tar.gz`; undefined if no release is published for the platform. */
export function archiveName(platform: string, architecture: string): string | undefined {
  const published = ["linux-x64", "linux-arm64", "darwin-x64", "darwin-arm64"];
  const target = `${platform}-${architecture}`;
  return published.includes(target) ? `pulumi-v${ENGINE_VERSION}-${target}.tar.gz` : undefined;
}

/**
 * Checks a downloaded file.
 *
 * @param checksums lines with a SHA-256 and the name of a file.
 * @throws if the checksums do not contain the file's SHA-256 under its name.
 */
export async function verify(file: string, name: string, checksums: string): Promise<void> {
  const expected = checksums
    .split("\n")
    .map((line) => line.trim().split(/\s+\*?/))
    .find(([, listed]) => listed === name)?.[0];
  const hash = createHash("sha256");
  await pipeline(createReadStream(file), hash);
  if (hash.digest("hex") !== expected) {
    throw new Error(
      `the downloaded ${name} does not match the release's checksum (${expected ?? "none is published"}), so nothing was installed. The download was cut off, or a proxy changed it: run the command again, or install pulumi ${ENGINE_VERSION} on the PATH yourself`,
    );
  }
}

const ARCHIVES = "https://get.pulumi.com/releases/sdk/";
const CHECKSUMS = `https://github.com/pulumi/pulumi/releases/download/v${ENGINE_VERSION}/pulumi-${ENGINE_VERSION}-checksums.txt`;

const run = promisify(execFile);

/** Downloads with curl, as the official script does, because curl uses the machine's proxies and certificates. */
function downloadIfReachable(url: string, to: string): Promise<boolean> {
  return succeeds("curl", ["-fsSL", "--connect-timeout", "3", "--max-time", "8", "-o", to, url]);
}

function download(url: string, to: string): Promise<boolean> {
  return succeeds("curl", ["-fsSL", "--connect-timeout", "3", "--retry", "2", "-o", to, url]);
}

function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  return run(command, [...args]).then(
    () => true,
    () => false,
  );
}

async function isInstalled(folder: string): Promise<boolean> {
  return stat(join(folder, "pulumi")).then(
    () => true,
    () => false,
  );
}
