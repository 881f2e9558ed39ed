import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { environmentVariable, expandVariables, variablesIn } from "../../components/environment";
import { filePath } from "../../components/file-path";
import type { Finding } from "../../components/finding";
import { suggestion } from "../../components/suggestion";
import { ConfigError } from "./config-error";
import { kubeconfigOfEnvironment } from "./kubeconfig-of-environment";
import { fieldsOf } from "./outline";
import type { ProgramConfig } from "./program-config";
import type { RegionConfig } from "./schema";

/** A file that a config names. */
interface NamedFile {
  /** The key whose value is the path. @example "regions[1].kubeconfig" */
  readonly key: string;
  /** The path as the config has it. */
  readonly configured: string;
  /** For a kubeconfig: the key with the context, and the context if the config names one. */
  readonly context?: { readonly key: string; readonly name: string | undefined };
}

/** How the files are read. `test/dump` renders stacks on machines without their files. */
export const configFiles = {
  read: (path: string): string => readFileSync(path, "utf8"),
};

/**
 * Looks at the files that a config names, before anything is created. Keystores are opened by `variableFindings`, because
 * a preview needs no key.
 *
 * @param file the stack's config file, for messages.
 * @throws ConfigError with every file that is missing or cannot be used.
 */
export function requireConfigFiles(config: ProgramConfig, file: string): void {
  const findings = namedFiles(config).flatMap(fileFindings);
  if (findings.length > 0) {
    throw new ConfigError(findings, file);
  }
}

function namedFiles({ stack, shard, regions, storage, rolling }: ProgramConfig): NamedFile[] {
  const isUsed = ({ name }: RegionConfig) =>
    (stack === "network" || stack === "full") && (shard === undefined || shard.region === name);
  const kubeconfigs = regions.flatMap((region, index) =>
    region.cloud === "kubernetes" && isUsed(region) && kubeconfigOfEnvironment() === undefined
      ? [
          {
            key: `regions[${index}].kubeconfig`,
            configured: region.kubeconfig,
            context: { key: `regions[${index}].context`, name: region.context },
          },
        ]
      : [],
  );
  const privateKey = rolling?.ssh.privateKeyFile;
  return [
    ...kubeconfigs,
    ...(storage?.kubeconfig === undefined
      ? []
      : [
          {
            key: "storage.kubeconfig",
            configured: storage.kubeconfig,
            context: { key: "storage.context", name: storage.context },
          },
        ]),
    ...(privateKey === undefined ? [] : [{ key: "rolling.ssh.privateKeyFile", configured: privateKey }]),
  ];
}

function fileFindings({ key, configured, context }: NamedFile): Finding[] {
  const unset = variablesIn(configured).filter((variable) => environmentVariable(variable) === undefined);
  if (unset.length > 0) {
    return unset.map((variable) => ({
      key,
      problem: `names the environment variable ${variable}, which is not set in the environment or in .env`,
    }));
  }
  const path = filePath(expandVariables(configured));
  let text: string;
  try {
    text = configFiles.read(path);
  } catch (error) {
    return [{ key, problem: `is ${configured}, and the file ${path} ${readProblem(error)}` }];
  }
  return context === undefined ? [] : kubeconfigFindings({ key, path, context }, text);
}

function readProblem(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  switch (code) {
    case "ENOENT":
    case "ENOTDIR":
      return "does not exist";
    case "EISDIR":
      return "is a folder";
    case "EACCES":
      return "must not be read by this user";
    default:
      return `cannot be read: ${message}`;
  }
}

function kubeconfigFindings(
  { key, path, context }: { key: string; path: string; context: NonNullable<NamedFile["context"]> },
  text: string,
): Finding[] {
  const { contexts, "current-context": currentContext } = fieldsOf(parsed(text));
  const names = (Array.isArray(contexts) ? contexts : []).map((one) => String(fieldsOf(one).name));
  if (names.length === 0) {
    // The text stays out of the finding, because it may contain a credential.
    return [{ key, problem: `leads to ${path}, which is no kubeconfig: it has no contexts` }];
  }
  if (context.name !== undefined) {
    return names.includes(context.name)
      ? []
      : [
          {
            key: context.key,
            problem: `is "${context.name}", which is no context of ${path}${suggestion(context.name, names)} (contexts: ${names.join(", ")})`,
          },
        ];
  }
  return names.includes(String(currentContext))
    ? []
    : [
        {
          key,
          problem: `leads to ${path}, which has no current context; name one in the key context (contexts: ${names.join(", ")})`,
        },
      ];
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
