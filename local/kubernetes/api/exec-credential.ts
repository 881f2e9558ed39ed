import { spawn } from "node:child_process";
import { createHash } from "node:crypto";

/** A kubeconfig user's `exec` entry: the command that hands out credentials. */
export interface ExecCommand {
  readonly apiVersion?: string;
  readonly command: string;
  readonly args?: readonly string[] | null;
  readonly env?: readonly { readonly name: string; readonly value: string }[] | null;
}

/** What it hands out: a bearer token, or a client certificate with its key (PEM). */
export interface ExecCredential {
  readonly token?: string;
  readonly clientCertificateData?: string;
  readonly clientKeyData?: string;
}

/**
 * Runs the command and answers its credential, which is kept until it expires. All callers in this process
 * share it: a command of a cloud's CLI takes a second, and a deployment asks hundreds of times.
 *
 * See https://kubernetes.io/docs/reference/config-api/client-authentication.v1/.
 */
export async function execCredential(command: ExecCommand): Promise<ExecCredential> {
  const key = createHash("sha256").update(JSON.stringify(command)).digest("hex");
  const kept = credentials.get(key);
  if (kept !== undefined && Date.now() < (await kept).until) {
    return (await kept).credential;
  }
  const fetched = run(command);
  credentials.set(key, fetched);
  fetched.catch(() => credentials.delete(key));
  return (await fetched).credential;
}

/** Forgets the command's credential, after the API server refused it. */
export function forgetExecCredential(command: ExecCommand): void {
  credentials.delete(createHash("sha256").update(JSON.stringify(command)).digest("hex"));
}

interface Kept {
  readonly credential: ExecCredential;
  /** Milliseconds since the epoch. */
  readonly until: number;
}

const credentials = new Map<string, Promise<Kept>>();

/** A token must outlive the call that it is fetched for. */
const MARGIN_MILLISECONDS = 30_000;

function run(command: ExecCommand): Promise<Kept> {
  return new Promise((resolve, reject) => {
    const child = spawn(command.command, [...(command.args ?? [])], {
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        ...process.env,
        KUBERNETES_EXEC_INFO: JSON.stringify({
          apiVersion: command.apiVersion,
          kind: "ExecCredential",
          spec: { interactive: false },
        }),
        ...Object.fromEntries((command.env ?? []).map(({ name, value }) => [name, value])),
      },
    });
    let output = "";
    let complaint = "";
    child.stdout.on("data", (chunk) => {
      output += chunk;
    });
    child.stderr.on("data", (chunk) => {
      complaint += chunk;
    });
    child.on("error", (error) =>
      reject(
        new Error(
          `the kubeconfig's credential command \`${command.command}\` could not be run: ${error.message}`,
        ),
      ),
    );
    child.on("close", (code) => {
      if (code !== 0) {
        reject(
          new Error(
            `the kubeconfig's credential command \`${command.command}\` exited with ${code}: ${complaint.trim()}`,
          ),
        );
        return;
      }
      try {
        resolve(parse(output));
      } catch {
        // Its output is a credential, or part of one: never quote it.
        reject(
          new Error(
            `the kubeconfig's credential command \`${command.command}\` printed no ExecCredential with a status`,
          ),
        );
      }
    });
  });
}

function parse(output: string): Kept {
  const { status } = JSON.parse(output) as {
    status: ExecCredential & { readonly expirationTimestamp?: string };
  };
  const { token, clientCertificateData, clientKeyData, expirationTimestamp } = status;
  return {
    credential: {
      ...(token === undefined ? {} : { token }),
      ...(clientCertificateData === undefined ? {} : { clientCertificateData }),
      ...(clientKeyData === undefined ? {} : { clientKeyData }),
    },
    until:
      expirationTimestamp === undefined
        ? Number.POSITIVE_INFINITY
        : Date.parse(expirationTimestamp) - MARGIN_MILLISECONDS,
  };
}
