import { createHash } from "node:crypto";
import type { IncomingMessage } from "node:http";
import * as http from "node:http";
import * as https from "node:https";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { ApiError, Unreachable } from "./errors";
import {
  type ExecCommand,
  type ExecCredential,
  execCredential,
  forgetExecCredential,
} from "./exec-credential";
import type { KubernetesObject } from "./object";

/** Where an API server is and who asks; certificates and keys as PEM. */
export interface Access {
  readonly url: string;
  readonly authority?: string;
  readonly skipTlsVerify?: boolean;
  readonly serverName?: string;
  readonly certificate?: string;
  readonly key?: string;
  readonly token?: string;
  readonly username?: string;
  readonly password?: string;
  readonly exec?: ExecCommand;
}

export interface ApiRequest {
  readonly method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** `/apis/apps/v1/namespaces/default/statefulsets/besu` */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** @default application/json */
  readonly contentType?: string;
  readonly signal?: AbortSignal;
}

export interface WatchEvent {
  readonly type: "ADDED" | "MODIFIED" | "DELETED" | "BOOKMARK";
  readonly object: KubernetesObject;
}

/** An API server as one user sees it. Connections are kept and shared. */
export class ApiServer {
  /** The same for equal access, so that caches can be shared. */
  readonly id: string;
  readonly url: string;
  private readonly agent: http.Agent;
  private readonly watchAgent: http.Agent;

  /** The one of this process for that access. */
  static shared(access: Access): ApiServer {
    const made = new ApiServer(access);
    const kept = servers.get(made.id) ?? made;
    servers.set(kept.id, kept);
    return kept;
  }

  constructor(private readonly access: Access) {
    this.id = createHash("sha256").update(JSON.stringify(access)).digest("hex");
    this.url = access.url.replace(/\/$/, "");
    const { Agent } = this.url.startsWith("https:") ? https : http;
    this.agent = new Agent({ keepAlive: true, maxSockets: MAXIMUM_REQUESTS });
    this.watchAgent = new Agent({ keepAlive: true });
  }

  /**
   * @throws ApiError for an answer that is not 2xx, after waiting as told by 429 and 503 a few times
   * @throws Unreachable if there was no answer
   */
  async request<Answer = KubernetesObject>(request: ApiRequest): Promise<Answer> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const response = await this.send(request, this.agent);
        const body = await contents(response);
        if ((response.statusCode ?? 0) < 300) {
          return JSON.parse(body) as Answer;
        }
        throw apiError(response, body);
      } catch (error) {
        if (!(error instanceof ApiError) || attempt === MAXIMUM_ATTEMPTS) {
          throw error;
        }
        if (error.code === 401 && this.access.exec !== undefined && attempt === 1) {
          forgetExecCredential(this.access.exec);
        } else if (error.retryAfterSeconds === undefined) {
          throw error;
        } else {
          await delay(error.retryAfterSeconds * 1000, undefined, { signal: request.signal });
        }
      }
    }
  }

  /** Follows a collection from a resource version on, until the server or the signal ends it. */
  async *watch(
    path: string,
    query: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): AsyncGenerator<WatchEvent> {
    const request = { path, query: { ...query, watch: "true", allowWatchBookmarks: "true" }, signal };
    const response = await this.send(request, this.watchAgent);
    if ((response.statusCode ?? 0) >= 300) {
      throw apiError(response, await contents(response));
    }
    try {
      for await (const line of createInterface({ input: response })) {
        const event = JSON.parse(line) as WatchEvent | { type: "ERROR"; object: Status };
        if (event.type === "ERROR") {
          throw statusError(event.object.code ?? 500, event.object);
        }
        yield event;
      }
    } finally {
      response.destroy();
    }
  }

  private async send(request: ApiRequest, agent: http.Agent): Promise<IncomingMessage> {
    const { access } = this;
    let credential: ExecCredential;
    try {
      credential = access.exec === undefined ? access : await execCredential(access.exec);
    } catch (error) {
      throw new Unreachable(this.url, error);
    }
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const query = new URLSearchParams(request.query).toString();
    const url = `${this.url}${request.path}${query === "" ? "" : `?${query}`}`;
    const options: https.RequestOptions = {
      method: request.method ?? "GET",
      agent,
      headers: {
        accept: "application/json",
        "user-agent": "chainfleet",
        ...(body === undefined
          ? {}
          : {
              "content-type": request.contentType ?? "application/json",
              // Node sends the body of a DELETE without its length unless told.
              "content-length": Buffer.byteLength(body),
            }),
        ...authorization(access, credential),
      },
      ca: access.authority,
      cert: credential.clientCertificateData ?? access.certificate,
      key: credential.clientKeyData ?? access.key,
      rejectUnauthorized: access.skipTlsVerify !== true,
      ...(access.serverName === undefined ? {} : { servername: access.serverName }),
      ...(request.signal === undefined ? {} : { signal: request.signal }),
    };
    return new Promise((resolve, reject) => {
      const { request: open } = url.startsWith("https:") ? https : http;
      const sent = open(url, options, resolve)
        .on("error", (error: NodeJS.ErrnoException) => {
          if (request.signal?.aborted === true) {
            reject(request.signal.reason);
          } else if (sent.reusedSocket && error.code === "ECONNRESET") {
            // The server ended a kept connection just then, or was restarted: nothing is known against it.
            resolve(this.send(request, agent));
          } else {
            reject(new Unreachable(this.url, error));
          }
        })
        .end(body);
    });
  }
}

const servers = new Map<string, ApiServer>();

/** Requests under way at once; what is beyond waits here instead of in the API server's queues. */
const MAXIMUM_REQUESTS = 16;

const MAXIMUM_ATTEMPTS = 5;

interface Status {
  readonly message?: string;
  readonly reason?: string;
  readonly code?: number;
  readonly details?: { readonly kind?: string; readonly name?: string };
}

function authorization(
  { username, password }: Access,
  { token }: ExecCredential,
): Readonly<Record<string, string>> {
  if (token !== undefined) {
    return { authorization: `Bearer ${token}` };
  }
  return username === undefined
    ? {}
    : { authorization: `Basic ${Buffer.from(`${username}:${password ?? ""}`).toString("base64")}` };
}

async function contents(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function apiError(response: IncomingMessage, body: string): ApiError {
  let status: Status = {};
  try {
    status = JSON.parse(body) as Status;
  } catch {
    status = { message: body.trim().slice(0, 500) };
  }
  const seconds = Number(response.headers["retry-after"]);
  return statusError(
    response.statusCode ?? 500,
    status,
    Number.isFinite(seconds) && seconds > 0 ? seconds : undefined,
  );
}

function statusError(code: number, status: Status, retryAfterSeconds?: number): ApiError {
  return new ApiError(
    code,
    status.reason ?? "",
    status.message || `the API server answered ${code}`,
    status.details,
    retryAfterSeconds,
  );
}
