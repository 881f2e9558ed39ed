import { type Chain, isAddress } from "./chain";
import {
  type Answer,
  type ApiRequest,
  type Explorer,
  type ExplorerContext,
  locationOf,
  parseArguments,
} from "./explorer";
import { parseContractName, parseInputText } from "./standard-input";
import { type Failed, verify } from "./verify";

type Parameters = Readonly<Record<string, string>>;

/**
 * Etherscan's API v2, `/v2/api`, module `contract`: `verifysourcecode`, `checkverifystatus`, `getsourcecode` and
 * `getabi`. Every answer has HTTP status 200; any API key is accepted.
 * https://docs.etherscan.io/contract-verification/verify-with-api
 * https://docs.etherscan.io/contract-verification/common-verification-errors
 */
export function etherscan(context: ExplorerContext): Explorer {
  return {
    tooMany: refused(`Max calls per sec rate limit reached (${context.rate}/sec)`),
    answer: (request) => answer(request, context),
  };
}

async function answer(request: ApiRequest, context: ExplorerContext): Promise<Answer> {
  if (request.path.join("/") !== "v2/api") {
    return { status: 404, body: { message: "Not found" } };
  }
  const parameters: Parameters = Object.fromEntries([...request.query, ...(await request.form())]);
  const { chainid, apikey, module, action, address, guid } = parameters;
  const chain = context.chains.get(Number(chainid));
  if (chain === undefined) {
    return refused(
      "Missing or unsupported chainid parameter (required for v2 api), please see https://api.etherscan.io/v2/chainlist for the list of supported chainids",
    );
  }
  if (!apikey) {
    return refused("Missing/Invalid API Key");
  }
  if (module !== "contract") {
    return refused("Error! Missing Or invalid Module name");
  }
  switch (action) {
    case "verifysourcecode":
      return request.method === "POST"
        ? submit(parameters, chain, context)
        : refused("Error! Only POST is supported for verifysourcecode");
    case "checkverifystatus":
      return status(guid ?? "", context);
    case "getsourcecode":
      return sourceCode(address, chain, context);
    case "getabi":
      return abi(address, chain, context);
    default:
      return refused("Error! Missing Or invalid Action name");
  }
}

async function submit(parameters: Parameters, chain: Chain, context: ExplorerContext): Promise<Answer> {
  const { contractaddress, sourceCode = "", contractname = "", compilerversion = "" } = parameters;
  if (parameters["codeformat"] !== "solidity-standard-json-input") {
    return refused("Error! codeformat has to be solidity-standard-json-input here");
  }
  if (!isAddress(contractaddress)) {
    return refused("Error! Invalid address format");
  }
  const input = parseInputText(sourceCode);
  if (input === undefined) {
    return refused("Error! sourceCode is not a standard JSON input with its sources in it");
  }
  const contract = parseContractName(contractname);
  if (contract === undefined) {
    return refused(nameNotFound(contractname));
  }
  // The documentation spells the parameter correctly; older clients misspell it.
  const constructorArguments = parseArguments(
    parameters["constructorArguments"] || parameters["constructorArguements"] || "",
  );
  if (constructorArguments === undefined) {
    return refused(
      "Invalid constructor arguments provided. Please verify that they are in ABI-encoded format",
    );
  }
  if (!(await context.compiler.isKnown(compilerversion))) {
    return refused("Invalid or not supported solc version, see https://etherscan.io/solcversions for list");
  }
  const location = await locationOf("etherscan", chain, contractaddress);
  if ((await chain.code(location.address)) === "0x") {
    return refused(`Unable to locate ContractCode at ${contractaddress}`);
  }
  if (context.jobs.verified(location) !== undefined) {
    return refused("Contract source code already verified");
  }
  const claim = { compilerVersion: compilerversion, contract, input, constructorArguments };
  const job = context.jobs.submit(location, claim, () =>
    verify({ ...claim, address: location.address }, chain, context.compiler, "both"),
  );
  return ok(job.id);
}

function status(guid: string, { jobs }: ExplorerContext): Answer {
  const job = jobs.get(guid);
  if (job?.location.explorer !== "etherscan") {
    return refused("Error! Invalid GUID");
  }
  if (job.finished === undefined) {
    return refused("Pending in queue");
  }
  const { outcome } = job.finished;
  return outcome.kind === "verified" ? ok("Pass - Verified") : refused(failure(outcome));
}

async function sourceCode(
  address: string | undefined,
  chain: Chain,
  { jobs }: ExplorerContext,
): Promise<Answer> {
  if (!isAddress(address)) {
    return refused("Error! Invalid address format");
  }
  const verified = jobs.verified(await locationOf("etherscan", chain, address));
  if (verified === undefined) {
    return ok([UNVERIFIED]);
  }
  const { optimizer, evmVersion } = verified.input.settings;
  return ok([
    {
      ...UNVERIFIED,
      // Etherscan wraps a standard JSON input in a second pair of braces.
      SourceCode: `{${JSON.stringify(verified.input)}}`,
      ABI: JSON.stringify(verified.abi),
      ContractName: verified.contract.name,
      CompilerVersion: `v${verified.compilerVersion.replace(/^v/, "")}`,
      CompilerType: "solc-j",
      OptimizationUsed: optimizer?.enabled ? "1" : "0",
      Runs: String(optimizer?.runs ?? 200),
      ConstructorArguments: verified.constructorArguments.slice(2),
      EVMVersion: evmVersion ?? "Default",
      ContractFileName: verified.contract.path,
    },
  ]);
}

async function abi(address: string | undefined, chain: Chain, { jobs }: ExplorerContext): Promise<Answer> {
  if (!isAddress(address)) {
    return refused("Error! Invalid address format");
  }
  const verified = jobs.verified(await locationOf("etherscan", chain, address));
  return verified === undefined ? refused(UNVERIFIED.ABI) : ok(JSON.stringify(verified.abi));
}

const UNVERIFIED = {
  SourceCode: "",
  ABI: "Contract source code not verified",
  ContractName: "",
  CompilerVersion: "",
  CompilerType: "",
  OptimizationUsed: "",
  Runs: "",
  ConstructorArguments: "",
  EVMVersion: "Default",
  Library: "",
  ContractFileName: "",
  LicenseType: "Unknown",
  Proxy: "0",
  Implementation: "",
  SwarmSource: "",
  SimilarMatch: "",
};

/** Clients compare a mismatch's message with these three words; other failures add their details after the words. */
function failure({ code, message }: Failed): string {
  switch (code) {
    case "already_verified":
      return "Already Verified";
    case "no_match":
    case "bytecode_length_mismatch":
      return UNABLE;
    case "compiler_error":
      return `${UNABLE}. Solidity ${message}`;
    case "wrong_constructor_arguments":
      return `${UNABLE}. Please check if the correct constructor argument was entered.`;
    default:
      return `${UNABLE}. ${message}`;
  }
}

const UNABLE = "Fail - Unable to verify";

function nameNotFound(name: string): string {
  return `Unable to locate ContractName ${name}, did you specify the correct Contract Name ?`;
}

function ok(result: unknown): Answer {
  return { status: 200, body: { status: "1", message: "OK", result } };
}

function refused(result: string): Answer {
  return { status: 200, body: { status: "0", message: "NOTOK", result } };
}
