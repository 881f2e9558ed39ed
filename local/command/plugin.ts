import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type {
  CheckRequest,
  CheckResult,
  DiffRequest,
  DiffResult,
  Engine,
  Plugin,
  PropertyChange,
  Session,
} from "../plugin/plugin";
import { containsUnknown, type PropertyMap, Unknown } from "../plugin/values";
import { localScript, problems, remoteScript } from "./inputs";
import { runLocally } from "./local";
import type { Output } from "./output";
import { runRemotely } from "./remote";

/**
 * Stands in for the official `command` plugin: runs scripts on this machine or over SSH when a resource is created, updated
 * or deleted. Assets, archives and the resource CopyToRemote are not supported.
 */
export const commandPlugin: Plugin = {
  name: "command",
  version: "1.2.1",
  supportsPreview: true,
  outputsMixInputs: true,
  configure: async (_config, engine) => session(engine),
};

function session(engine: Engine): Session {
  const run = (urn: string, type: string, script: string, inputs: PropertyMap, signal: AbortSignal) => {
    const log = (line: string) => engine.log(urn, line);
    return type === "command:remote:Command"
      ? runRemotely(remoteScript(script, inputs), log, signal)
      : runLocally(localScript(script, inputs), log, signal);
  };
  return {
    check,
    diff,
    create: async ({ urn, type, name, inputs, preview, signal }) => {
      if (preview) {
        return { id: "", outputs: { ...inputs, ...NOT_KNOWN_YET } };
      }
      const script = scriptOf(inputs, "create");
      const output = script === undefined ? NO_OUTPUT : await run(urn, type, script, inputs, signal);
      return { id: `${name}${randomBytes(4).toString("hex")}`, outputs: { ...inputs, ...output } };
    },
    update: async ({ urn, type, olds, news, preview, signal }) => {
      if (preview) {
        return { ...news, ...NOT_KNOWN_YET };
      }
      const script = scriptOf(news, "update") ?? scriptOf(news, "create");
      if (script === undefined) {
        return { ...news, ...outputOf(olds) };
      }
      const inputs = withPreviousOutput(news, outputOf(olds));
      return { ...news, ...(await run(urn, type, script, inputs, signal)) };
    },
    delete: async ({ urn, type, olds, signal }) => {
      const script = scriptOf(olds, "delete");
      if (script !== undefined) {
        await run(urn, type, script, withPreviousOutput(olds, outputOf(olds)), signal);
      }
    },
    // A command's effects cannot be read back, so a refresh returns the state unchanged.
    read: async ({ id, olds, inputs }) => ({ id, outputs: olds, inputs }),
    invoke: async ({ token, args, signal }) => {
      if (token !== "command:local:run") {
        throw new Error(`the local command plugin has no function ${token}`);
      }
      const [problem] = problems("command:local:Command", args);
      if (problem !== undefined) {
        throw new Error(`${problem.property} ${problem.reason}`);
      }
      const script = scriptOf(args, "command") ?? "";
      const output = await run("", "command:local:Command", script, args, signal);
      return { ...args, ...output };
    },
  };
}

async function check({ type, news }: CheckRequest): Promise<CheckResult> {
  return { inputs: news, failures: problems(type, news) };
}

/** With an update script every change is an update; without an update script, changed triggers force a replacement. */
async function diff({ oldInputs, news }: DiffRequest): Promise<DiffResult> {
  const names = [...new Set([...Object.keys(oldInputs), ...Object.keys(news)])].sort();
  const changes = names.flatMap((name): PropertyChange[] => {
    const [before, after] = [oldInputs[name], news[name]];
    if (!containsUnknown(after) && isDeepStrictEqual(before, after)) {
      return [];
    }
    const kind = before === undefined ? "add" : after === undefined ? "delete" : "update";
    return [{ path: name, kind, replaces: name === "triggers" && news.update === undefined }];
  });
  return { changes };
}

const NO_OUTPUT: Output = { stdout: "", stderr: "" };
const NOT_KNOWN_YET = { stdout: Unknown.value, stderr: Unknown.value };

function scriptOf(inputs: PropertyMap, step: string): string | undefined {
  const script = inputs[step];
  return typeof script === "string" ? script : undefined;
}

function outputOf(state: PropertyMap): Output {
  const { stdout, stderr } = state;
  return {
    stdout: typeof stdout === "string" ? stdout : "",
    stderr: typeof stderr === "string" ? stderr : "",
  };
}

/** Adds the previous output to the environment, in the variables of the official plugin. */
function withPreviousOutput(inputs: PropertyMap, { stdout, stderr }: Output): PropertyMap {
  if (inputs.addPreviousOutputInEnv === false) {
    return inputs;
  }
  const own = inputs.environment;
  return {
    ...inputs,
    environment: {
      ...(typeof own === "object" && own !== null ? (own as PropertyMap) : {}),
      ...(stdout === "" ? {} : { PULUMI_COMMAND_STDOUT: stdout }),
      ...(stderr === "" ? {} : { PULUMI_COMMAND_STDERR: stderr }),
    },
  };
}
