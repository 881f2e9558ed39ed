import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { engine } from "../engine/engine";
import { makeDevStack } from "./dev-stack";
import { environmentFor, exportLines, toolsEnvironment } from "./environment";
import { start } from "./start";
import { status, stop } from "./stop";
import { FOLDER, localTarget, ROOT } from "./target";

/**
 * `local/env [--tools-only]`: makes the local target run and prints the shell's lines that let the Pulumi CLI
 * work on it. With `--tools-only` everything is installed, but nothing started: for tests that start their own.
 */
export function env(args: readonly string[]): void {
  command(async () => {
    if (process.platform !== "linux") {
      throw new Error(
        `the local target runs on Linux only (here: ${process.platform}); a virtual machine or a container will do`,
      );
    }
    mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
    const { folder, from, version } = await engine(say, join(FOLDER, "engine"));
    const target = localTarget(process.env, say);
    const where = { root: ROOT, engine: folder };
    let environment: Record<string, string>;
    if (args.includes("--tools-only")) {
      for (const service of target.services) {
        await service.prepare?.(say);
      }
      environment = toolsEnvironment(where, process.env);
    } else {
      environment = environmentFor(await start(target), where, process.env);
      await makeDevStack(ROOT, environment);
    }
    if (spoke) {
      say(`engine: pulumi ${version} ${ORIGIN[from]}`);
    }
    process.stdout.write(exportLines(environment));
  });
}

/** `local/stop`: leaves no process of this checkout. What the services keep on disk stays. */
export function stopAll(): void {
  command(() => stop(localTarget({}, say)));
}

/** `local/status [--json]` */
export function showStatus(args: readonly string[]): void {
  command(async () => {
    const services = status(localTarget({}, say));
    if (args.includes("--json")) {
      process.stdout.write(`${JSON.stringify(services, null, 2)}\n`);
      return;
    }
    for (const { name, running, pid, ports, mebibytes } of services) {
      const where = Object.entries(ports).map(([port, number]) => `${port} ${number}`);
      const what = running ? `process ${pid}, ${mebibytes} MiB, ports: ${where.join(", ")}` : "not running";
      process.stdout.write(`${name.padEnd(26)}${what}\n`);
    }
  });
}

const ORIGIN = {
  path: "from the PATH",
  installer: "from its official release",
  build: "built from its Go module",
} as const;

let spoke = false;

/** Progress goes where it does not mix with what a command prints. */
function say(line: string): void {
  spoke = true;
  process.stderr.write(`${line}\n`);
}

function command(work: () => Promise<void>): void {
  work().catch((error: Error) => {
    process.stderr.write(`local target: ${error.message}\n`);
    process.exitCode = 1;
  });
}
