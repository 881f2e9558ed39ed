import { existsSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { ApiServer } from "./api-server";
import type { ExecCommand } from "./exec-credential";

/** Which part of which kubeconfig to use. */
export interface KubeconfigChoice {
  /** The file's content, or its path; without it `$KUBECONFIG` or `~/.kube/config`. */
  readonly kubeconfig?: string;
  /** @default the kubeconfig's current context */
  readonly context?: string;
  /** A cluster other than the context's. */
  readonly cluster?: string;
}

export interface Connection {
  readonly api: ApiServer;
  /** The context's namespace; `default` if it names none. */
  readonly namespace: string;
}

/**
 * @throws if the kubeconfig cannot be read, or names a context, cluster or user that it does not hold. The
 * message never quotes the kubeconfig.
 */
export function connect({ kubeconfig, context, cluster }: KubeconfigChoice): Connection {
  const config = load(kubeconfig);
  if (context !== undefined && context !== "") {
    config.setCurrentContext(context);
  }
  const chosen = config.getContextObject(config.getCurrentContext());
  if (chosen === null) {
    throw new Error(
      `context "${config.getCurrentContext()}" does not exist; there are: ${config.contexts.map(({ name }) => name).join(", ") || "none"}`,
    );
  }
  const server = config.getCluster(cluster ?? chosen.cluster);
  if (server === null) {
    throw new Error(`cluster "${cluster ?? chosen.cluster}" does not exist`);
  }
  const user = config.getUser(chosen.user);
  if (user === null) {
    throw new Error(`user "${chosen.user}" of context "${chosen.name}" does not exist`);
  }
  return {
    api: ApiServer.shared({
      url: server.server,
      skipTlsVerify: server.skipTLSVerify === true,
      ...present("serverName", server.tlsServerName),
      ...present("authority", pem(server.caData, server.caFile)),
      ...present("certificate", pem(user.certData, user.certFile)),
      ...present("key", pem(user.keyData, user.keyFile)),
      ...present("token", user.token),
      ...present("username", user.username),
      ...present("password", user.password),
      ...present("exec", user.exec as ExecCommand | undefined),
    }),
    namespace: chosen.namespace ?? "default",
  };
}

function load(pathOrContents: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (pathOrContents === undefined || pathOrContents === "") {
    config.loadFromFile(process.env.KUBECONFIG?.split(":")[0] || join(homedir(), ".kube", "config"));
    return config;
  }
  const path = pathOrContents.startsWith("~/")
    ? join(homedir(), pathOrContents.slice(2))
    : resolve(pathOrContents.slice(0, 4096));
  if (!pathOrContents.includes("\n") && !pathOrContents.trimStart().startsWith("{") && existsSync(path)) {
    config.loadFromFile(path);
    return config;
  }
  try {
    config.loadFromString(pathOrContents);
  } catch {
    // The parser's message quotes the line it stumbled over, which may be a token.
    throw new Error("it is neither the path of a file nor a valid kubeconfig in YAML or JSON");
  }
  if (config.clusters === undefined || config.clusters.length === 0) {
    throw new Error("it is neither the path of a file nor a valid kubeconfig in YAML or JSON");
  }
  return config;
}

function pem(data: string | undefined, file: string | undefined): string | undefined {
  if (data !== undefined) {
    return Buffer.from(data, "base64").toString("utf8");
  }
  return file === undefined ? undefined : readFileSync(file, "utf8");
}

function present<Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): { [K in Key]?: Value } | Record<never, never> {
  return value === undefined ? {} : { [key]: value };
}
