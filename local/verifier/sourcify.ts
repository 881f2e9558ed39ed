import { randomUUID } from "node:crypto";
import { getAddress, type Hex } from "viem";
import { type Chain, isAddress } from "./chain";
import { type Answer, type ApiRequest, type Explorer, type Means, placeOf } from "./explorer";
import type { Job, Place, VerifiedContract } from "./jobs";
import { parseContractName, parseInput } from "./standard-input";
import { bestMatch, verify } from "./verify";

/**
 * Sourcify's API v2: `POST /v2/verify/{chainId}/{address}`, `GET /v2/verify/{verificationId}` and
 * `GET /v2/contract/{chainId}/{address}`. https://docs.sourcify.dev/docs/api/
 */
export function sourcify(means: Means): Explorer {
  return {
    tooMany: refused(429, "too_many_requests", "Too many requests, please try again later."),
    answer: (request) => answer(request, means),
  };
}

async function answer(request: ApiRequest, means: Means): Promise<Answer> {
  const [version, action, first = "", second, ...rest] = request.path;
  const route = `${request.method} ${version}/${action}`;
  if (rest.length > 0) {
    return refused(404, "route_not_found", `${request.path.join("/")} is no route`);
  }
  if (route === "GET v2/verify" && second === undefined) {
    return jobBy(first, means);
  }
  if (second === undefined || (route !== "POST v2/verify" && route !== "GET v2/contract")) {
    return refused(404, "route_not_found", `${request.path.join("/")} is no route`);
  }
  const chain = means.chains.get(Number(first));
  if (chain === undefined) {
    return refused(404, "unsupported_chain", `Chain ${first} not found`);
  }
  if (!isAddress(second)) {
    return refused(400, "invalid_parameter", `Invalid address: ${second}`);
  }
  const place = await placeOf("sourcify", chain, second);
  return route === "POST v2/verify"
    ? submit(await request.text(), place, chain, means)
    : contractAt(place, request.query.get("fields"), means);
}

async function submit(text: string, place: Place, chain: Chain, { jobs, compiler }: Means): Promise<Answer> {
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
  const named = `Contract ${getAddress(place.address)} on chain ${place.chainId}`;
  if (jobs.isUnderWay(place)) {
    return refused(429, "duplicate_verification_request", `${named} is already being verified`);
  }
  const before = jobs.verified(place);
  if (before?.runtimeMatch === "exact_match" && before.creationMatch === "exact_match") {
    return refused(
      409,
      "already_verified",
      `${named} is already verified with runtimeMatch and creationMatch both being exact matches.`,
    );
  }
  const transaction =
    typeof creationTransactionHash === "string" ? (creationTransactionHash as Hex) : undefined;
  const claim = { compilerVersion, contract, input, transaction };
  const job = jobs.submit(place, claim, () =>
    verify({ ...claim, address: place.address }, chain, compiler, "either"),
  );
  return { status: 202, body: { verificationId: job.id } };
}

function jobBy(id: string, { jobs }: Means): Answer {
  const job = jobs.get(id);
  return job?.place.explorer === "sourcify"
    ? { status: 200, body: report(job, jobs.verified(job.place)) }
    : refused(404, "job_not_found", `No verification job found for id ${id}`);
}

function report({ id, place, startedAt, finished }: Job, verified: VerifiedContract | undefined): object {
  const outcome = finished?.outcome;
  return {
    isJobCompleted: finished !== undefined,
    verificationId: id,
    jobStartTime: startedAt.toISOString(),
    ...(finished && { jobFinishTime: finished.at.toISOString() }),
    ...(outcome?.verified === false && {
      error: { customCode: outcome.code, message: outcome.message, errorId: randomUUID() },
    }),
    contract: minimal(place, verified),
  };
}

function contractAt(place: Place, fields: string | null, { jobs }: Means): Answer {
  const verified = jobs.verified(place);
  if (verified === undefined) {
    return { status: 404, body: minimal(place, undefined) };
  }
  const details = detailsOf(verified);
  const names = fields === "all" ? Object.keys(details) : (fields?.split(",") ?? []);
  const unknown = names.find((name) => !Object.hasOwn(details, name));
  if (unknown !== undefined) {
    return refused(400, "invalid_parameter", `Field selector ${unknown} is not a valid field`);
  }
  const chosen = Object.fromEntries(names.map((name) => [name, details[name]]));
  return { status: 200, body: { ...minimal(place, verified), ...chosen } };
}

/** What is told of every contract. */
function minimal({ chainId, address }: Place, verified: VerifiedContract | undefined): object {
  return {
    match: verified === undefined ? null : bestMatch(verified),
    creationMatch: verified?.creationMatch ?? null,
    runtimeMatch: verified?.runtimeMatch ?? null,
    chainId: String(chainId),
    address: getAddress(address),
    ...(verified && { verifiedAt: verified.verifiedAt }),
  };
}

/** What can be asked for beside it; the real one knows more. */
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
