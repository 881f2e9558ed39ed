import type { Hex } from "viem";
import { type Chain, isAddress } from "./chain";
import { type Answer, type ApiRequest, type Explorer, type Means, parseArguments, placeOf } from "./explorer";
import type { VerifiedContract } from "./jobs";
import { findContract, parseInputText } from "./standard-input";
import { bestMatch, verify } from "./verify";

/**
 * Blockscout's API v2, an instance a chain: `/<chain id>/api/v2/smart-contracts/<address>`, and below it
 * `/verification/via/standard-input`. Nobody is told why a verification failed: the contract stays unverified.
 * https://docs.blockscout.com/devs/verification/blockscout-smart-contract-verification-api
 */
export function blockscout(means: Means): Explorer {
  return {
    tooMany: says(429, "Too Many Requests"),
    answer: (request) => answer(request, means),
  };
}

async function answer(request: ApiRequest, means: Means): Promise<Answer> {
  const [chainId, api, version, resource, address, ...rest] = request.path;
  const chain = means.chains.get(Number(chainId));
  if (chain === undefined || `${api}/${version}/${resource}` !== "api/v2/smart-contracts") {
    return says(404, "Not found");
  }
  if (!isAddress(address)) {
    return says(422, "Invalid parameter(s)");
  }
  switch (`${request.method} ${rest.join("/")}`) {
    case "GET ":
      return contractAt(address, chain, means);
    case "POST verification/via/standard-input":
      return submit(address, await request.form(), chain, means);
    default:
      return says(404, "Not found");
  }
}

async function contractAt(address: Hex, chain: Chain, { jobs }: Means): Promise<Answer> {
  const code = await chain.code(address);
  if (code === "0x") {
    return says(404, "Not found");
  }
  const verified = jobs.verified(await placeOf("blockscout", chain, address));
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
  { jobs, compiler }: Means,
): Promise<Answer> {
  const compilerVersion = form.get("compiler_version");
  const file = form.get("files[0]");
  if (compilerVersion === undefined || file === undefined) {
    return says(422, "Invalid parameter(s)");
  }
  const place = await placeOf("blockscout", chain, address);
  if ((await chain.code(address)) === "0x") {
    return says(404, "Address is not a smart-contract");
  }
  const before = jobs.verified(place);
  if (before !== undefined && bestMatch(before) === "exact_match") {
    return says(422, "Already verified");
  }
  const input = parseInputText(file);
  const contract = input && findContract(form.get("contract_name") ?? "", input);
  const detected = (form.get("autodetect_constructor_args") ?? "true") === "true";
  const constructorArguments = detected ? undefined : parseArguments(form.get("constructor_args") ?? "");
  // What is wrong with these is found out when the verification is under way, and nobody is told.
  if (input !== undefined && contract !== undefined && (detected || constructorArguments !== undefined)) {
    const claim = { compilerVersion, contract, input, constructorArguments };
    jobs.submit(place, claim, () => verify({ ...claim, address }, chain, compiler, "both"));
  }
  return says(200, "Smart-contract verification started");
}

function says(status: number, message: string): Answer {
  return { status, body: { message } };
}
