import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import type * as grpc from "@grpc/grpc-js";
import * as language from "@pulumi/pulumi/proto/language_pb";

/**
 * Runs the user's program under the SDK's `cmd/run` until the program ends. The program inherits the language host's
 * output streams, which the engine shows.
 *
 * @param cancellation kills the program when it is aborted.
 */
export async function runProgram(
  request: language.RunRequest,
  engineAddress: string,
  cancellation: AbortSignal,
): Promise<language.RunResponse> {
  const info = request.getInfo();
  const options = (info?.getOptions()?.toJavaScript() ?? {}) as RuntimeOptions;
  const program = start("@pulumi/pulumi/cmd/run", programArguments(request, engineAddress), {
    folder: request.getPwd(),
    nodeArguments: nodeArguments(options),
    environment: { ...process.env, ...programEnvironment(request, options) },
    stdio: "inherit",
  });
  const kill = () => program.kill("SIGKILL");
  cancellation.addEventListener("abort", kill);
  try {
    return outcome(await ended(program));
  } finally {
    cancellation.removeEventListener("abort", kill);
  }
}

/** `runtime.options` in Pulumi.yaml, with the names of the official language host. */
export interface RuntimeOptions {
  /** @default true */
  readonly typescript?: boolean;
  /** Path of the TypeScript configuration. @default "tsconfig.json" */
  readonly tsconfig?: string;
  /** Command line options of node, separated by blanks. */
  readonly nodeargs?: string;
}

/** The command line of `cmd/run`, without options that have no value. */
export function programArguments(request: language.RunRequest, engineAddress: string): string[] {
  const named = {
    monitor: request.getMonitorAddress(),
    engine: engineAddress,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(named).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    request.getInfo()?.getEntryPoint() || ".",
    ...request.getArgsList(),
  ];
}

/**
 * The environment variables that `cmd/run` reads. The configuration is passed here, because every user of the machine can
 * see the arguments of a process.
 */
export function programEnvironment(
  request: language.RunRequest,
  options: RuntimeOptions,
): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().entries())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
    ...(options.typescript === false ? {} : { PULUMI_NODEJS_TYPESCRIPT: "true" }),
    ...(options.tsconfig === undefined ? {} : { PULUMI_NODEJS_TSCONFIG_PATH: options.tsconfig }),
  };
}

/** Runs a provider or a policy pack that is written in TypeScript; the engine's request names its folder. */
export function runPlugin(
  call: grpc.ServerWritableStream<language.RunPluginRequest, language.RunPluginResponse>,
): void {
  const { request } = call;
  const folder = request.getInfo()?.getProgramDirectory() ?? request.getProgram();
  const entry = request.getKind() === "analyzer" ? "run-policy-pack" : "run-plugin";
  const plugin = start(`@pulumi/pulumi/cmd/${entry}`, [folder, ...request.getArgsList()], {
    folder: request.getPwd(),
    nodeArguments: [],
    environment: Object.fromEntries(
      request.getEnvList().map((pair) => {
        const equals = pair.indexOf("=");
        return [pair.slice(0, equals), pair.slice(equals + 1)];
      }),
    ),
    stdio: "pipe",
  });
  call.on("cancelled", () => plugin.kill("SIGKILL"));
  plugin.stdout?.on("data", (chunk) => call.write(new language.RunPluginResponse().setStdout(chunk)));
  plugin.stderr?.on("data", (chunk) => call.write(new language.RunPluginResponse().setStderr(chunk)));
  ended(plugin).then(
    ({ code }) => {
      call.write(new language.RunPluginResponse().setExitcode(code ?? 1));
      call.end();
    },
    (error: Error) => call.destroy(error),
  );
}

/** Kills every program and plugin that this module has started. */
export function endPrograms(): void {
  for (const program of running) {
    program.kill("SIGKILL");
  }
}

const running = new Set<ChildProcess>();

function start(
  module: string,
  args: readonly string[],
  how: {
    readonly folder: string;
    readonly nodeArguments: readonly string[];
    readonly environment: NodeJS.ProcessEnv;
    readonly stdio: "inherit" | "pipe";
  },
): ChildProcess {
  let entry: string;
  try {
    entry = require.resolve(module, { paths: [how.folder] });
  } catch {
    throw new Error(
      `the package @pulumi/pulumi is not installed for the program in ${how.folder}: run npm ci there`,
    );
  }
  const program = spawn(
    process.execPath,
    [...how.nodeArguments, join(__dirname, "program.js"), entry, ...args],
    { cwd: how.folder, env: how.environment, stdio: ["ignore", how.stdio, how.stdio, "pipe"] },
  );
  running.add(program);
  program.on("close", () => running.delete(program));
  return program;
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function ended(program: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    program.on("error", reject);
    program.on("exit", (code, signal) => resolve({ code, signal }));
  });
}

/** Exit code of `cmd/run` after it has shown the program's error itself, so that the engine shows no second message. */
const ERROR_WAS_SHOWN = 32;

/** Reports to the engine how the program ended. */
export function outcome({ code, signal }: End): language.RunResponse {
  const response = new language.RunResponse();
  if (code === ERROR_WAS_SHOWN) {
    return response.setBail(true);
  }
  if (code !== 0) {
    response.setError(
      signal === null
        ? `Program exited with non-zero exit code: ${code}`
        : `Program was ended by ${signal} before it finished`,
    );
  }
  return response;
}

/** The options of node in Pulumi.yaml. */
function nodeArguments(options: RuntimeOptions): string[] {
  return options.nodeargs?.split(/\s+/).filter((argument) => argument !== "") ?? [];
}
