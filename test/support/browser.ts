import { join } from "node:path";
import { type Browser, chromium } from "playwright-core";
import { libraryFolders, unpackedPrograms } from "../../local/toolchain/debian-packages";
import { executables } from "../../local/toolchain/executables";

/**
 * Starts a headless Chromium: the one on the PATH, or Debian's package, unpacked without root into the folder that all
 * checkouts of a user share.
 */
export async function startBrowser(): Promise<Browser> {
  const [installed] = executables("chromium");
  const { executablePath, libraries } =
    installed === undefined ? await unpackedChromium() : { executablePath: installed, libraries: [] };
  return chromium.launch({
    executablePath,
    // The sandbox needs rights that containers and root do not have. The pages are the tests' own.
    args: ["--no-sandbox"],
    env: {
      ...(process.env as Record<string, string>),
      ...(libraries.length === 0 ? {} : { LD_LIBRARY_PATH: libraries.join(":") }),
    },
  });
}

async function unpackedChromium() {
  const root = await unpackedPrograms(PROGRAMS, (line) => process.stderr.write(`${line}\n`));
  return { executablePath: join(root, PROGRAMS.program), libraries: libraryFolders(root) };
}

const PROGRAMS = {
  name: "chromium",
  packages: ["chromium"],
  program: "usr/lib/chromium/chromium",
  neededBy: "the tests in a browser",
};
