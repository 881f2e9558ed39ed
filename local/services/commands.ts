import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engine } from "../engine/engine";
import { installKubernetesPlugin, KUBERNETES_PLUGIN_VERSION, type PluginOrigin } from "../kubernetes/plugin";
import { CHECKOUT } from "../root";
import { makeDevStack } from "./dev-stack";
import { environmentFor, exportLines, pulumiHome, toolsEnvironment } from "./environment";
import { type Run, start } from "./start";
import { status, stop } from "./stop";
import { FOLDER, localTarget } from "./target";

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
    const target = localTarget(process.env, say);
    const { folder, from, version, plugin } = await installTools(target);
    const where = { root: CHECKOUT, engine: folder };
    let environment: Record<string, string>;
    if (args.includes("--tools-only")) {
      environment = toolsEnvironment(where, process.env);
    } else {
      environment = environmentFor(await start(target), where, process.env);
      await makeDevStack(CHECKOUT, environment);
    }
    if (spoke) {
      say(`engine: pulumi ${version} ${ORIGIN[from]}`);
    }
    if (plugin !== undefined) {
      say(`kubernetes plugin: ${KUBERNETES_PLUGIN_VERSION} ${PLUGIN_ORIGIN[plugin]}`);
    }
    process.stdout.write(exportLines(environment));
  });
}

/**
 * Installs the engine, the Kubernetes plugin and the services' programs. What has to be compiled is compiled side by
 * side: while one build links or downloads, another one has the processors.
 */
async function installTools({ services }: Pick<Run, "services">) {
  const engineInstallation = engine(say, join(FOLDER, "engine"));
  const installations = await Promise.allSettled([
    engineInstallation,
    installKubernetesPlugin(
      pulumiHome(CHECKOUT),
      async () => join((await engineInstallation).folder, "pulumi"),
      say,
    ),
    ...services.map((service) => service.prepare?.(say)),
  ]);
  const failed = installations.find((installation) => installation.status === "rejected");
  if (failed !== undefined) {
    throw failed.reason;
  }
  const [installedEngine, installedPlugin] = installations;
  return {
    ...(installedEngine as PromiseFulfilledResult<Engine>).value,
    plugin: (installedPlugin as PromiseFulfilledResult<PluginOrigin | undefined>).value,
  };
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

const PLUGIN_ORIGIN = {
  cli: "from the plugins of the user's CLI",
  download: "from its official release",
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
