import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Engine, engine } from "../engine/engine";
import { installKubernetesPlugin, KUBERNETES_PLUGIN_VERSION, type PluginOrigin } from "../kubernetes/plugin";
import { CHECKOUT } from "../root";
import { NOT_INSTALLED_STATUS, NotInstalled } from "../toolchain/installation";
import {
  environmentFor,
  exportLines,
  localAwsApi,
  localKubeVirt,
  pulumiHome,
  toolsEnvironment,
} from "./environment";
import { ensureStack } from "./local-stacks";
import { type Run, start } from "./start";
import { status, stop } from "./stop";
import { AWS_OPTION, FOLDER, KUBEVIRT_OPTION, localTarget, wholeTarget } from "./target";

/**
 * `local/env [--tools-only] [--aws] [--kubevirt] [--stack NAME]`: starts the local target and prints the shell commands that set the environment for
 * the Pulumi CLI. With `--tools-only` all programs are installed and no service is started, for tests that start their own
 * services. With `--aws` the local AWS API belongs to the local target too, and with `--kubevirt` the local KubeVirt.
 * With `--stack` another stack than `dev` is created in the local state, unless it exists.
 */
export function env(args: readonly string[]): void {
  command(async () => {
    if (process.platform !== "linux") {
      throw new Error(
        `the local target runs only on Linux, and this machine has ${process.platform}: use a virtual machine or a container`,
      );
    }
    mkdirSync(FOLDER, { recursive: true, mode: 0o700 });
    const target = localTarget(process.env, say, args);
    const { folder, from, version, plugin } = await installTools(target);
    const where = { root: CHECKOUT, engine: folder };
    let environment: Readonly<Record<string, string>>;
    if (args.includes("--tools-only")) {
      environment = toolsEnvironment(where, process.env);
    } else {
      const started = await start(target);
      const base = environmentFor(started, where, process.env);
      const stacks = localStacks(args);
      environment = {
        ...base,
        // A stack for real clouds that is not named here is refused.
        CHAINFLEET_LOCAL_STACKS: stacks.join(","),
        ...(args.includes(AWS_OPTION) && localAwsApi(started)),
        ...(args.includes(KUBEVIRT_OPTION) && localKubeVirt(started)),
      };
      await Promise.all(stacks.map((name) => ensureStack(name, CHECKOUT, base)));
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

/** The stacks that run on the local target with the given options: dev always, and those that the options name. */
export function localStacks(args: readonly string[]): string[] {
  return [
    "dev",
    ...args.filter((_, index) => args[index - 1] === "--stack"),
    ...(args.includes(AWS_OPTION) ? ["rolling"] : []),
    ...(args.includes(KUBEVIRT_OPTION) ? ["storage"] : []),
  ];
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
  const failures = installations.flatMap((one) => (one.status === "rejected" ? [one.reason as unknown] : []));
  const failure = failures.find((reason) => !(reason instanceof NotInstalled)) ?? missing(failures);
  if (failure !== undefined) {
    throw failure;
  }
  const [installedEngine, installedPlugin] = installations;
  return {
    ...(installedEngine as PromiseFulfilledResult<Engine>).value,
    plugin: (installedPlugin as PromiseFulfilledResult<PluginOrigin | undefined>).value,
  };
}

/** One error for all programs that are missing and may not be installed; undefined if there is none. */
function missing(failures: readonly unknown[]): ProgramsMissing | undefined {
  const programs = failures.flatMap((failure) => (failure instanceof NotInstalled ? [failure.program] : []));
  return programs.length === 0 ? undefined : new ProgramsMissing([...new Set(programs)]);
}

class ProgramsMissing extends Error {
  constructor(programs: readonly string[]) {
    super(
      `These programs are not installed: ${programs.join(", ")}. local/env installs them once for all checkouts; it downloads them, or builds them where only package registries are reached, which takes a quarter of an hour on two cores.`,
    );
  }
}

/** `local/stop`: ends all processes of this checkout. The services' state on disk stays. */
export function stopAll(): void {
  command(() => stop(wholeTarget({}, say)));
}

/** `local/status [--json]`: prints the state of each service. */
export function showStatus(args: readonly string[]): void {
  command(async () => {
    const services = status(wholeTarget({}, say));
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
  // A reader such as head may close the pipe before the whole output is written.
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") {
      throw error;
    }
  });
  work().catch((error: Error) => {
    process.stderr.write(`local target: ${error.message}\n`);
    process.exitCode = error instanceof ProgramsMissing ? NOT_INSTALLED_STATUS : 1;
  });
}
