import { randomUUID } from "node:crypto";
import { getAddress, type Hex } from "viem";
import { type Chain, isAddress } from "./chain";
import { type Answer, type ApiRequest, type Explorer, type ExplorerContext, locationOf } from "./explorer";
import type { ContractLocation, Job, VerifiedContract } from "./jobs";
import { parseContractName, parseInput } from "./standard-input";
import { bestMatch, verify } from "./verify";

/**
 * Sourcify's API v2: `POST /v2/verify/{chainId}/{address}`, `GET /v2/verify/{verificationId}` and
 * `GET /v2/contract/{chainId}/{address}`. https://docs.sourcify.dev/docs/api/
 */
export function sourcify(context: ExplorerContext): Explorer {
  return {
    tooMany: refused(429, "too_many_requests", "Too many requests, please try again later."),
    answer: (request) => answer(request, context),
  };
}

async function answer(request: ApiRequest, context: ExplorerContext): Promise<Answer> {
  const [version, action, first = "", second, ...subpath] = request.path;
  const route = `${request.method} ${version}/${action}`;
  if (subpath.length > 0) {
    return refused(404, "route_not_found", `${request.path.join("/")} is no route`);
  }
  if (route === "GET v2/verify" && second === undefined) {
    return jobStatus(first, context);
  }
  if (second === undefined || (route !== "POST v2/verify" && route !== "GET v2/contract")) {
    return refused(404, "route_not_found", `${request.path.join("/")} is no route`);
  }
  const chain = context.chains.get(Number(first));
  if (chain === undefined) {
    return refused(404, "unsupported_chain", `Chain ${first} not found`);
  }
  if (!isAddress(second)) {
    return refused(400, "invalid_parameter", `Invalid address: ${second}`);
  }
  const location = await locationOf("sourcify", chain, second);
  return route === "POST v2/verify"
    ? submit(await request.text(), location, chain, context)
    : contractAt(location, request.query.get("fields"), context);
}

async function submit(
  text: string,
  location: ContractLocation,
  chain: Chain,
  { jobs, compiler }: ExplorerContext,
): Promise<Answer> {
  const { stdJsonInput, compilerVersion, contractIdentifier, creationTransactionHash } = parse(text);
  const input = parseInput(stdJsonInput);
  if (input === undefined) {
    return refused(
      400,
      "invalid_parameter",
      "stdJsonInput must contain a language, and sources with a content each.",
    );
  }
  if (typeof compilerVersion !== "string") {
    return refused(400, "invalid_parameter", "compilerVersion is required");
  }
  const contract = typeof contractIdentifier === "string" ? parseContractName(contractIdentifier) : undefined;
  if (contract === undefined) {
    return refused(
      400,
      "invalid_parameter",
      "The contractIdentifier must consist of the file path and the contract name separated by a ':'.",
    );
  }
  const named = `Contract ${getAddress(location.address)} on chain ${location.chainId}`;
  if (jobs.isUnderWay(location)) {
    return refused(429, "duplicate_verification_request", `${named} is already being verified`);
  }
  const previous = jobs.verified(location);
  if (previous?.runtimeMatch === "exact_match" && previous.creationMatch === "exact_match") {
    return refused(
      409,
      "already_verified",
      `${named} is already verified with runtimeMatch and creationMatch both being exact matches.`,
    );
  }
  const transaction =
    typeof creationTransactionHash === "string" ? (creationTransactionHash as Hex) : undefined;
  const claim = { compilerVersion, contract, input, transaction };
  const job = jobs.submit(location, claim, () =>
    verify({ ...claim, address: location.address }, chain, compiler, "either"),
  );
  return { status: 202, body: { verificationId: job.id } };
}

function jobStatus(id: string, { jobs }: ExplorerContext): Answer {
  const job = jobs.get(id);
  return job?.location.explorer === "sourcify"
    ? { status: 200, body: report(job, jobs.verified(job.location)) }
    : refused(404, "job_not_found", `No verification job found for id ${id}`);
}

function report({ id, location, startedAt, finished }: Job, verified: VerifiedContract | undefined): object {
  const outcome = finished?.outcome;
  return {
    isJobCompleted: finished !== undefined,
    verificationId: id,
    jobStartTime: startedAt.toISOString(),
    ...(finished && { jobFinishTime: finished.at.toISOString() }),
    ...(outcome?.kind === "failed" && {
      error: { customCode: outcome.code, message: outcome.message, errorId: randomUUID() },
    }),
    contract: minimal(location, verified),
  };
}

function contractAt(location: ContractLocation, fields: string | null, { jobs }: ExplorerContext): Answer {
  const verified = jobs.verified(location);
  if (verified === undefined) {
    return { status: 404, body: minimal(location, undefined) };
  }
  const details = detailsOf(verified);
  const names = fields === "all" ? Object.keys(details) : (fields?.split(",") ?? []);
  const unknown = names.find((name) => !Object.hasOwn(details, name));
  if (unknown !== undefined) {
    return refused(400, "invalid_parameter", `Field selector ${unknown} is not a valid field`);
  }
  const chosen = Object.fromEntries(names.map((name) => [name, details[name]]));
  return { status: 200, body: { ...minimal(location, verified), ...chosen } };
}

/** The fields of every contract's answer. */
function minimal({ chainId, address }: ContractLocation, verified: VerifiedContract | undefined): object {
  return {
    match: verified === undefined ? null : bestMatch(verified),
    creationMatch: verified?.creationMatch ?? null,
    runtimeMatch: verified?.runtimeMatch ?? null,
    chainId: String(chainId),
    address: getAddress(address),
    ...(verified && { verifiedAt: verified.verifiedAt }),
  };
}

/** The further fields that a request can select; the real API has more. */
function detailsOf({ abi, input, contract, compilerVersion }: VerifiedContract): Record<string, unknown> {
  return {
    abi,
    sources: input.sources,
    stdJsonInput: input,
    compilation: {
      language: input.language,
      compiler: "solc",
      compilerVersion: compilerVersion.replace(/^v/, ""),
      compilerSettings: input.settings,
      name: contract.name,
      fullyQualifiedName: `${contract.path}:${contract.name}`,
    },
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    return Object(JSON.parse(text)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

function refused(status: number, customCode: string, message: string): Answer {
  return { status, body: { customCode, message, errorId: randomUUID() } };
}
