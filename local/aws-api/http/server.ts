import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { Buckets } from "../../cloud/engine/conditions/buckets";
import type { ServiceModels, ServiceName } from "../account/moto-client";
import type { Account, Region } from "../account/region";
import type { Fault } from "../conditions/faults";
import { limitsOf } from "../conditions/rates";
import type { Statistics } from "../conditions/statistics";
import { ApiError, errorBody } from "../protocol/errors";
import { parseRequest } from "../protocol/request";
import type { Operation, Structure, Value } from "../protocol/service-model";
import { answerBody } from "../protocol/xml";
import { act } from "./actions";
import { handleControl } from "./control";
import type { Exchange, Recording } from "./recording";

/** What the HTTP server needs. */
export interface Front {
  readonly account: Account;
  readonly models: ServiceModels;
  readonly buckets: Buckets;
  readonly statistics: Statistics;
  readonly recording: Recording | undefined;
  /** The region of that name. @throws {ApiError} if AWS has no such region. */
  region(name: string): Promise<Region>;
}

/** A request to an AWS API. */
interface Call {
  readonly service: ServiceName;
  readonly region: string;
  readonly operation: Operation;
  readonly form: URLSearchParams;
}

/**
 * The server that the AWS SDK talks to: the query protocol of EC2 and Auto Scaling, and `/_control` (http/control.ts).
 *
 * Sources: https://docs.aws.amazon.com/ec2/latest/devguide/Query-Requests.html and
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-signing-elements.html (the scope of the credentials has
 * region and service). No signature is verified.
 */
export function frontServer(front: Front): Server {
  return createServer((request, response) => {
    handle(front, request, response).catch((error: unknown) => {
      console.error(error);
      response.destroy();
    });
  });
}

async function handle(front: Front, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request);
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  if (url.pathname.startsWith("/_control/")) {
    await handleControl(front, { method: request.method ?? "GET", path: url.pathname, body }, response);
    return;
  }
  const requestId = randomUUID();
  let call: Call;
  try {
    call = callOf(front, request, body);
  } catch (error) {
    const refusal = error as ApiError;
    send(response, refusal.status ?? 500, errorBody(front.models.ec2, refusal, requestId));
    return;
  }
  const { service, region, operation } = call;
  const counts = front.statistics.of(service, operation.name, region);
  counts.calls += 1;
  const model = front.models[service];
  let input: Structure = {};
  const record = (rest: Pick<Exchange, "status" | "body" | "answer" | "code">) =>
    front.recording?.add({ service, action: operation.name, form: body, input, ...rest });
  try {
    input = parseRequest(model, operation.input, call.form);
    requireTokens(front, call, input);
    const fault = front.account.faults.meet({ action: operation.name, region, names: namesIn(input) });
    if (fault?.action === "hang") {
      return;
    }
    raise(fault, service);
    const answer = await act(await front.region(region), service, operation.name, input);
    const answered = answerBody(model, operation, answer, requestId);
    record({ status: 200, body: answered, answer });
    if (fault?.action === "crash-after") {
      response.destroy();
      return;
    }
    send(response, 200, answered);
  } catch (error) {
    const refusal = error instanceof ApiError ? error : internal(error);
    counts[isThrottle(refusal) ? "throttles" : "errors"] += 1;
    const answered = errorBody(model, refusal, requestId);
    record({ status: refusal.status, body: answered, code: refusal.code });
    send(response, refusal.status, answered);
  }
}

function callOf(front: Front, request: IncomingMessage, body: string): Call {
  const scope = /Credential=[^/]+\/\d{8}\/([^/]+)\/([^/]+)\/aws4_request/.exec(
    request.headers.authorization ?? "",
  );
  const [, region, service] = scope ?? [];
  if (region === undefined || service === undefined) {
    throw new ApiError("MissingAuthenticationToken", "Request is missing Authentication Token", 403);
  }
  if (service !== "ec2" && service !== "autoscaling") {
    throw new ApiError("InvalidAction", `The local AWS API has EC2 and Auto Scaling, and not ${service}.`);
  }
  const form = new URLSearchParams(body);
  const action = form.get("Action") ?? "";
  const operation = front.models[service].operation(action);
  if (operation === undefined) {
    throw new ApiError("InvalidAction", `The action ${action} is not valid for this web service.`);
  }
  return { service, region, operation, form };
}

/**
 * At a time scale of 0 no limit applies: a bucket could not refill, because time passes only while the account waits.
 *
 * @throws {ApiError} if the request is above a rate limit.
 */
function requireTokens(front: Front, { service, region, operation }: Call, input: Structure): void {
  const limits = limitsOf(service, operation.name, region, input);
  const { clock } = front.account;
  if (clock.scale > 0 && front.buckets.take(limits, clock.now()) > 0) {
    throw throttled(service);
  }
}

/** The codes: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html and Auto Scaling's CommonErrors page. */
function throttled(service: ServiceName): ApiError {
  return service === "ec2"
    ? new ApiError("RequestLimitExceeded", "Request limit exceeded.", 503)
    : new ApiError("Throttling", "Rate exceeded", 400);
}

function isThrottle({ code }: ApiError): boolean {
  return code === "RequestLimitExceeded" || code === "Throttling";
}

function raise(fault: Fault | undefined, service: ServiceName): void {
  if (fault?.action === "throttle") {
    throw throttled(service);
  }
  if (fault?.action === "error") {
    throw new ApiError(
      fault.code ?? "InternalError",
      fault.message ?? "a scripted failure",
      fault.status ?? 400,
    );
  }
}

function internal(error: unknown): ApiError {
  console.error(error);
  return new ApiError("InternalError", error instanceof Error ? error.message : String(error), 500);
}

/** Every text in the request whose parameter is a name or an id, for the fault script. */
function namesIn(value: Value | undefined, parameter = ""): string[] {
  if (typeof value === "string") {
    return /(Id|Ids|Name|Names)$/.test(parameter) ? [value] : [];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item: Value) => namesIn(item, parameter));
  }
  return typeof value === "object" && !(value instanceof Date)
    ? Object.entries(value).flatMap(([name, member]) => namesIn(member, name))
    : [];
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) {
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { "content-type": "text/xml;charset=UTF-8" }).end(body);
}
