import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { executables } from "./executables";
import { cacheFolder } from "./go-build";
import { installOnce } from "./install-once";

const run = promisify(execFile);

/** A virtual environment of Python with packages from PyPI. */
export interface PythonEnvironment {
  /** Name of the environment in the cache and in progress lines. @example "moto" */
  readonly name: string;
  /** What the packages are, in progress lines. @example "the simulator of AWS" */
  readonly description: string;
  /** Path of the file with the packages and their versions. */
  readonly requirements: string;
}

/**
 * The folder of a virtual environment, which all checkouts of a user share. It is installed unless there is one with the
 * versions of the requirements.
 *
 * @param say receives progress lines; receives none if the environment is there.
 * @throws if Python is missing or pip fails; the message ends with pip's last lines.
 */
export async function pythonEnvironment(
  environment: PythonEnvironment,
  say: (line: string) => void,
): Promise<string> {
  const { name, requirements } = environment;
  const hash = createHash("sha256").update(readFileSync(requirements)).digest("hex").slice(0, 12);
  const folder = join(cacheFolder(), `${name}-${hash}`);
  await installOnce({
    folder,
    install: (unfinished) => install(environment, unfinished, say),
    onWait: () => say(`${name}: waiting for another process that installs ${name}`),
  });
  return folder;
}

async function install(
  { name, description, requirements }: PythonEnvironment,
  unfinished: string,
  say: (line: string) => void,
): Promise<void> {
  const [python] = executables("python3");
  if (python === undefined) {
    throw new Error(`${name} needs Python 3 with the module venv: install python3 and python3-venv`);
  }
  const began = performance.now();
  say(`${name}: installing ${description} from PyPI (once; this takes about a minute)`);
  try {
    await run(python, ["-m", "venv", unfinished]);
    const pip = [
      join(unfinished, "bin", "python"),
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", requirements],
    ] as const;
    await run(...pip);
  } catch (error) {
    const { stderr = "", stdout = "" } = error as { stderr?: string; stdout?: string };
    const end = `${stdout}${stderr}`.trimEnd().split("\n").slice(-10).join("\n  ");
    throw new Error(
      `installing ${name} into ${unfinished} failed: ${(error as Error).message.split("\n")[0]}\n  ${end}`,
    );
  }
  say(`${name}: installed in ${Math.round((performance.now() - began) / 1000)} s (kept in ${cacheFolder()})`);
}
