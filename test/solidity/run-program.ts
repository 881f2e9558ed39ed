import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { forge } from "../../components/contracts/build/foundry";

/** The repository's folder. */
export const ROOT = join(__dirname, "..", "..");

/**
 * Runs a program in the repository's folder, with forge on its path.
 *
 * @returns its exit code, and what it has printed to both outputs.
 */
export async function runProgram(
  program: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly code: number | null; readonly output: string }> {
  const path = [dirname(forge()), process.env["PATH"]].join(delimiter);
  const child = spawn(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...environment, PATH: path },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  return { code, output };
}
