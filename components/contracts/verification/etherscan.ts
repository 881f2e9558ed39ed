import {
  type Claim,
  type Explorer,
  ExplorerBusyError,
  NotIndexedError,
  parsed,
  request,
  type Submission,
  type Verdict,
} from "./explorer";

interface EtherscanAnswer {
  readonly status: "0" | "1";
  readonly result: string;
}

/** An answer as it comes: an explorer that does not know the address may answer with `result: null`, or status 404. */
interface RawAnswer {
  readonly status?: "0" | "1";
  readonly message?: string;
  readonly result?: unknown;
}

/** Etherscan's API, version 2, and compatible APIs: https://docs.etherscan.io/contract-verification/verify-source-code */
export function etherscan(url: string, apiKey: string): Explorer {
  return {
    submit: async (claim) => submission(await send(claim, "POST", submitForm(claim))),
    status: async (guid, claim) =>
      verdict(await send(claim, "GET", { module: "contract", action: "checkverifystatus", guid })),
  };

  async function send(
    { chainId, address }: Claim,
    method: "GET" | "POST",
    parameters: Readonly<Record<string, string>>,
  ): Promise<EtherscanAnswer> {
    const query = new URLSearchParams({
      chainid: String(chainId),
      apikey: apiKey,
      ...(method === "GET" ? parameters : {}),
    });
    const body = method === "POST" ? { body: new URLSearchParams(parameters) } : {};
    const response = await request(`${url}?${query}`, { method, ...body });
    const { status = "0", message, result } = parsed<RawAnswer | null>(response) ?? {};
    if (typeof result !== "string") {
      throw new NotIndexedError(address, message ?? `status ${response.status} without a result`);
    }
    // Etherscan reports its rate limit with status 200, and finds a new contract only after some blocks.
    if (/unable to locate contractcode/i.test(result)) {
      throw new NotIndexedError(address, result);
    }
    if (/rate limit/i.test(result)) {
      throw new ExplorerBusyError(result);
    }
    return { status, result };
  }
}

function submitForm(claim: Claim): Record<string, string> {
  const args = claim.encodedArguments.slice(2);
  return {
    module: "contract",
    action: "verifysourcecode",
    codeformat: "solidity-standard-json-input",
    contractaddress: claim.address,
    contractname: claim.qualifiedName,
    compilerversion: `v${claim.compilerVersion}`,
    sourceCode: JSON.stringify(claim.input),
    // The API misspells this parameter; newer documentation spells the parameter correctly.
    constructorArguements: args,
    constructorArguments: args,
  };
}

function submission({ status, result }: EtherscanAnswer): Submission {
  if (/already verified/i.test(result)) {
    return { kind: "verified" };
  }
  return status === "1" ? { kind: "accepted", ticket: result } : { kind: "refused", reason: result };
}

function verdict({ status, result }: EtherscanAnswer): Verdict {
  if (status === "1" || /already verified/i.test(result)) {
    return { kind: "verified" };
  }
  return /pending/i.test(result) ? { kind: "pending" } : { kind: "refused", reason: result };
}
