import {
  credentials,
  Server,
  ServerCredentials,
  type ServerUnaryCall,
  type sendUnaryData,
} from "@grpc/grpc-js";
import { EngineClient } from "@pulumi/pulumi/proto/engine_grpc_pb";
import { LogRequest, LogSeverity } from "@pulumi/pulumi/proto/engine_pb";
import { LanguageRuntimeService } from "@pulumi/pulumi/proto/language_grpc_pb";
import { GetRequiredPackagesResponse, type RunRequest, RunResponse } from "@pulumi/pulumi/proto/language_pb";
import { PackageDependency, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { requiredPackages } from "./required-packages";
import type { ProgramEnd, WaitingProgram } from "./waiting-program";

/** The arguments of `serveProgram`. */
export interface ServedProgram {
  /** Runs the program when the engine asks for it. */
  readonly program: Pick<WaitingProgram, "run" | "kill">;
  /** The variables of the engine's environment that this process does not have. */
  readonly environment: Readonly<Record<string, string>>;
}

/** A program for one run of the engine. */
export interface ProgramService {
  /** The value of the option `--client` of the CLI. */
  readonly address: string;
  /** Ends the service, and the program if it has not ended. */
  close(): void;
}

/**
 * Serves a program to an engine, in place of the language host that the engine would start. The engine is told by the option
 * `--client`, which the CLI has for the inline programs of the Automation API.
 */
export async function serveProgram({ program, environment }: ServedProgram): Promise<ProgramService> {
  const server = new Server({
    "grpc.max_receive_message_length": UNLIMITED,
    "grpc.max_send_message_length": UNLIMITED,
  });
  server.addService(LanguageRuntimeService, {
    getRequiredPackages: answer(() =>
      new GetRequiredPackagesResponse().setPackagesList(
        requiredPackages().map(({ name, version, server: origin = "" }) =>
          new PackageDependency().setName(name).setKind("resource").setVersion(version).setServer(origin),
        ),
      ),
    ),
    getPluginInfo: answer(() => new PluginInfo()),
    run: (call: ServerUnaryCall<RunRequest, RunResponse>, callback: sendUnaryData<RunResponse>) => {
      call.on("cancelled", () => program.kill());
      const [engine = ""] = call.request.getArgsList();
      const print = printerOn(engine);
      program
        .run({
          args: programArguments(call.request, engine),
          environment: { ...environment, ...configOf(call.request) },
          onLine: print.line,
        })
        .then((end) => {
          print.close();
          const { error, bail } = outcomeOf(end);
          callback(null, new RunResponse().setError(error).setBail(bail));
        })
        .catch((error: Error) => callback(error));
    },
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error === null ? resolve(bound) : reject(error),
    );
  });
  return {
    address: `127.0.0.1:${port}`,
    close: () => {
      program.kill();
      server.forceShutdown();
    },
  };
}

const UNLIMITED = -1;

function answer<Response>(response: () => Response) {
  return (_call: unknown, callback: sendUnaryData<Response>) => {
    try {
      callback(null, response());
    } catch (error) {
      callback(error as Error);
    }
  };
}

/** The command line of `cmd/run`, as the language host of Node makes it. */
function programArguments(request: RunRequest, engine: string): string[] {
  const options = {
    monitor: request.getMonitorAddress(),
    engine,
    organization: request.getOrganization(),
    project: request.getProject(),
    stack: request.getStack(),
    pwd: request.getPwd(),
    "root-directory": request.getInfo()?.getRootDirectory() ?? "",
    parallel: String(request.getParallel()),
  };
  return [
    ...Object.entries(options).flatMap(([name, value]) => (value === "" ? [] : [`--${name}`, value])),
    ...(request.getDryrun() ? ["--dry-run"] : []),
    ".",
  ];
}

/** The config, which must not be among the arguments: every user of the machine can see those of a process. */
function configOf(request: RunRequest): Record<string, string> {
  return {
    PULUMI_CONFIG: JSON.stringify(Object.fromEntries(request.getConfigMap().getEntryList())),
    PULUMI_CONFIG_SECRET_KEYS: JSON.stringify(request.getConfigsecretkeysList()),
  };
}

/** The exit code of `cmd/run` after it has shown the program's error itself, so that the engine shows no second message. */
const ERROR_WAS_SHOWN = 32;

/** What the engine is told about the end of a program. */
function outcomeOf({ code, signal }: ProgramEnd): { readonly error: string; readonly bail: boolean } {
  if (code === 0 || code === ERROR_WAS_SHOWN) {
    return { error: "", bail: code === ERROR_WAS_SHOWN };
  }
  const error =
    code === null
      ? `Program was ended by ${signal} before it finished`
      : `Program exited with non-zero exit code: ${code}`;
  return { error, bail: false };
}

/** Shows lines as messages of the engine, which is where the output of a program goes. */
function printerOn(engine: string): { line(text: string): void; close(): void } {
  let client: EngineClient | undefined;
  return {
    line: (text) => {
      client ??= new EngineClient(engine, credentials.createInsecure());
      // The engine may have ended.
      client.log(new LogRequest().setSeverity(LogSeverity.INFO).setMessage(text), () => {});
    },
    close: () => client?.close(),
  };
}
