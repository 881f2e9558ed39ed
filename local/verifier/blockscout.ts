import type { Hex } from "viem";
import { type Chain, isAddress } from "./chain";
import {
  type Answer,
  type ApiRequest,
  type Explorer,
  type ExplorerContext,
  locationOf,
  parseArguments,
} from "./explorer";
import type { VerifiedContract } from "./jobs";
import { findContract, parseInputText } from "./standard-input";
import { bestMatch, verify } from "./verify";

/**
 * Blockscout's API v2, one instance per chain: `/<chain id>/api/v2/smart-contracts/<address>`, and below that path
 * `/verification/via/standard-input`. The API does not report why a verification failed: the contract stays unverified.
 * https://docs.blockscout.com/devs/verification/blockscout-smart-contract-verification-api
 */
export function blockscout(context: ExplorerContext): Explorer {
  return {
    tooMany: says(429, "Too Many Requests"),
    answer: (request) => answer(request, context),
  };
}

async function answer(request: ApiRequest, context: ExplorerContext): Promise<Answer> {
  const [chainId, api, version, resource, address, ...subpath] = request.path;
  const chain = context.chains.get(Number(chainId));
  if (chain === undefined || `${api}/${version}/${resource}` !== "api/v2/smart-contracts") {
    return says(404, "Not found");
  }
  if (!isAddress(address)) {
    return says(422, "Invalid parameter(s)");
  }
  switch (`${request.method} ${subpath.join("/")}`) {
    case "GET ":
      return contractAt(address, chain, context);
    case "POST verification/via/standard-input":
      return submit(address, await request.form(), chain, context);
    default:
      return says(404, "Not found");
  }
}

async function contractAt(address: Hex, chain: Chain, { jobs }: ExplorerContext): Promise<Answer> {
  const code = await chain.code(address);
  if (code === "0x") {
    return says(404, "Not found");
  }
  const verified = jobs.verified(await locationOf("blockscout", chain, address));
  const details = verified === undefined ? { is_verified: false } : described(verified);
  return { status: 200, body: { ...details, deployed_bytecode: code } };
}

function described(verified: VerifiedContract): object {
  const { contract, input, abi } = verified;
  const { optimizer, evmVersion, ...settings } = input.settings;
  const exact = bestMatch(verified) === "exact_match";
  return {
    is_verified: true,
    is_fully_verified: exact,
    is_partially_verified: !exact,
    name: contract.name,
    file_path: contract.path,
    source_code: input.sources[contract.path]?.content ?? "",
    additional_sources: Object.entries(input.sources)
      .filter(([path]) => path !== contract.path)
      .map(([file_path, { content }]) => ({ file_path, source_code: content })),
    language: "solidity",
    compiler_version: `v${verified.compilerVersion.replace(/^v/, "")}`,
    compiler_settings: { ...settings, optimizer, evmVersion },
    optimization_enabled: optimizer?.enabled ?? false,
    optimization_runs: optimizer?.runs ?? null,
    evm_version: evmVersion ?? "default",
    constructor_args: verified.constructorArguments === "0x" ? null : verified.constructorArguments,
    verified_at: verified.verifiedAt,
    abi,
  };
}

async function submit(
  address: Hex,
  form: ReadonlyMap<string, string>,
  chain: Chain,
  { jobs, compiler }: ExplorerContext,
): Promise<Answer> {
  const compilerVersion = form.get("compiler_version");
  const file = form.get("files[0]");
  if (compilerVersion === undefined || file === undefined) {
    return says(422, "Invalid parameter(s)");
  }
  const location = await locationOf("blockscout", chain, address);
  if ((await chain.code(address)) === "0x") {
    return says(404, "Address is not a smart-contract");
  }
  const previous = jobs.verified(location);
  if (previous !== undefined && bestMatch(previous) === "exact_match") {
    return says(422, "Already verified");
  }
  const input = parseInputText(file);
  const contract = input && findContract(form.get("contract_name") ?? "", input);
  const detected = (form.get("autodetect_constructor_args") ?? "true") === "true";
  const constructorArguments = detected ? undefined : parseArguments(form.get("constructor_args") ?? "");
  // Blockscout checks these fields only during the verification, and does not report their errors.
  if (input !== undefined && contract !== undefined && (detected || constructorArguments !== undefined)) {
    const claim = { compilerVersion, contract, input, constructorArguments };
    jobs.submit(location, claim, () => verify({ ...claim, address }, chain, compiler, "both"));
  }
  return says(200, "Smart-contract verification started");
}

function says(status: number, message: string): Answer {
  return { status, body: { message } };
}
