import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engine } from "../engine/engine";
import { installKubernetesPlugin, KUBERNETES_PLUGIN_VERSION, type PluginOrigin } from "../kubernetes/plugin";
import { CHECKOUT } from "../root";
import { ensureDevStack } from "./dev-stack";
import { environmentFor, exportLines, pulumiHome, toolsEnvironment } from "./environment";
import { type Run, start } from "./start";
import { status, stop } from "./stop";
import { FOLDER, localTarget } from "./target";

/**
 * `local/env [--tools-only]`: starts the local target and prints the shell commands that set the environment for the Pulumi
 * CLI. With `--tools-only` all programs are installed and no service is started, for tests that start their own services.
 */
export function env(args: readonly string[]): void {
  command(async () => {
    if (process.platform !== "linux") {
      throw new Error(
        `the local target runs only on Linux, and this machine has ${process.platform}: use a virtual machine or a container`,
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
      await ensureDevStack(CHECKOUT, environment);
    }
    if (printedProgress) {
      say(`engine: pulumi ${version} ${ORIGIN[from]}`);
    }
    if (plugin !== undefined) {
      say(`kubernetes plugin: ${KUBERNETES_PLUGIN_VERSION} ${PLUGIN_ORIGIN[plugin]}`);
    }
    process.stdout.write(exportLines(environment));
  });
}

/**
 * Installs the engine, the Kubernetes plugin and the services' programs. Missing programs are built at the same time, so
 * that the cores are used while a build downloads modules or links.
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

/** `local/stop`: ends all processes of this checkout. The services' state on disk stays. */
export function stopAll(): void {
  command(() => stop(localTarget({}, say)));
}

/** `local/status [--json]`: prints the state of each service. */
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

let printedProgress = false;

/** Prints a progress line on standard error, because standard output is the result of the command. */
function say(line: string): void {
  printedProgress = true;
  process.stderr.write(`${line}\n`);
}

function command(work: () => Promise<void>): void {
  work().catch((error: Error) => {
    process.stderr.write(`local target: ${error.message}\n`);
    process.exitCode = 1;
  });
}
