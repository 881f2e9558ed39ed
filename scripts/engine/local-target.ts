import { existsSync } from "node:fs";
import { connect } from "node:net";
import { join, relative } from "node:path";
import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import { shardNameOf } from "../../stacks/config/written/shard-name";
import { plainStackName, writtenConfig } from "../../stacks/config/written/written-config";

/**
 * Whether this shell uses the local target, with which every cloud is simulated. `CHAINFLEET_LOCAL_TARGET` is a URL
 * that answers while the local target runs. A shell for real clouds does not set it.
 */
export function isSimulated(): boolean {
  return process.env.CHAINFLEET_LOCAL_TARGET !== undefined;
}

/**
 * Says whether a command works on real clouds or on simulated ones. It is the first line of every command that may
 * change something.
 */
export function targetLine(stackName: string): string {
  return isSimulated()
    ? `Stack ${stackName}, simulated: this shell uses the local target, and nothing real is changed.`
    : `Stack ${stackName}, real: this shell does not use the local target.`;
}

/**
 * Checks a command on a stack before it does anything, if this shell uses the local target: that the stack is one of
 * those for which the local target was started, and that all services of the local target answer. Without the second
 * check each plugin would wait a quarter of a minute and then report the missing connection in its own words.
 *
 * @param stackName plain or full.
 * @throws ChainfleetError `STACK_FILE_MISSING` if there is no such stack, `STACK_NOT_LOCAL` if the stack is for real clouds, and `LOCAL_TARGET_NOT_RUNNING` if a service
 *   does not answer.
 */
export async function requireLocalTarget(stackName: string): Promise<void> {
  if (!isSimulated()) {
    return;
  }
  const stack = plainStackName(stackName);
  if (!isLocalStack(stack, process.env[LOCAL_STACKS])) {
    // A mistyped name is no stack at all, which this call reports.
    writtenConfig(shardNameOf(stack)?.parent ?? stack);
    throw new ChainfleetError({
      code: "STACK_NOT_LOCAL",
      summary: `This shell uses the local target, so the stack "${stack}" would be deployed to simulated clouds. Nothing was changed.`,
      next: [
        "For real clouds, use another shell.",
        `To run the stack on simulated clouds: ${localRun(stack)} bin/chainfleet … --stack ${stack}`,
      ].join("\n"),
    });
  }
  const endpoints = localEndpoints(process.env);
  const answers = await Promise.all(endpoints.map(({ url }) => answersAt(url)));
  const silent = endpoints.filter((_, index) => !answers[index]);
  if (silent.length > 0) {
    throw new ChainfleetError({
      code: "LOCAL_TARGET_NOT_RUNNING",
      summary: `This shell uses the local target, but nothing answers at ${silent.map(({ variable, url }) => `${url} (${variable})`).join(", ")}. The local target was stopped, or its ports have changed since this shell was prepared. Nothing was changed.`,
      next: `To start the local target and prepare this shell again: ${preparation()}\nFor real clouds, use another shell.`,
    });
  }
}

/** The environment variable with the names of the stacks for which the local target was started, with commas. */
const LOCAL_STACKS = "CHAINFLEET_LOCAL_STACKS";

/**
 * Whether a stack is one of the local target, or the stack of one region of it. An environment without the variable
 * was made by hand, for example by a test, and every stack in it is local.
 */
function isLocalStack(stack: string, locals: string | undefined): boolean {
  return (
    locals === undefined ||
    locals.split(",").some((local) => stack === local || stack.startsWith(`${local}.`))
  );
}

/** The stacks that need an option of their own, which starts what they deploy to. */
const LOCAL_OPTIONS: Readonly<Record<string, string>> = {
  dev: "",
  rolling: " --aws",
  storage: " --kubevirt",
};

function localRun(stack: string): string {
  return `local/run${LOCAL_OPTIONS[stack] ?? ` --stack ${stack}`}`;
}

/** The command `chainfleet` for a stack, in a form that works in a shell which was not prepared for the local target. */
export function commandOn(stackName: string): string {
  return isSimulated() ? `${localRun(plainStackName(stackName))} bin/chainfleet` : "bin/chainfleet";
}

/** An environment variable with the URL of a service of the local target. */
interface LocalEndpoint {
  readonly variable: string;
  readonly url: string;
}

/** The services of this machine that the environment names. */
function localEndpoints(environment: NodeJS.ProcessEnv): LocalEndpoint[] {
  return Object.entries(environment)
    .filter(([variable]) => /^(CHAINFLEET_\w+|PULUMI_BACKEND_URL|AWS_ENDPOINT_URL_\w+)$/.test(variable))
    .flatMap(([variable, url = ""]) => (/^http:\/\/127\.0\.0\.1:\d+/.test(url) ? [{ variable, url }] : []))
    .filter(({ url }, index, all) => all.findIndex((other) => other.url === url) === index);
}

function answersAt(url: string): Promise<boolean> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), timeout: 5000 });
    const end = (answers: boolean) => {
      socket.destroy();
      resolve(answers);
    };
    socket.once("connect", () => end(true));
    socket.once("error", () => end(false));
    socket.once("timeout", () => end(false));
  });
}

/** The command that starts the local target and sets its environment in the shell that runs the command. */
function preparation(): string {
  const folder = relative(process.cwd(), PROJECT_ROOT);
  return existsSync(join(PROJECT_ROOT, "Makefile"))
    ? `eval "$(make -s ${folder === "" ? "" : `-C ${folder} `}env)"`
    : `eval "$(${join(folder, "local", "env")})"`;
}

/**
 * A sentence that says how to use the local target, as a list of lines. Empty in a shell that uses the local target
 * already, and where there is no local target, as in a container with the product alone.
 */
export function localTargetHint(): string[] {
  return isSimulated() || !existsSync(join(PROJECT_ROOT, "local", "env"))
    ? []
    : [
        `To use the dev stack on the local target, ${existsSync(join(PROJECT_ROOT, "Makefile")) ? "run make up, or " : ""}prepare this shell with ${preparation()}.`,
      ];
}
