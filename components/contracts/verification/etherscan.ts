import { Busy, type Claim, type Explorer, parsed, request, type Submission, type Verdict } from "./explorer";

interface EtherscanAnswer {
  readonly status: "0" | "1";
  readonly result: string;
}

/** Etherscan's API, version 2, and those like it: https://docs.etherscan.io/contract-verification/verify-source-code */
export function etherscan(url: string, apiKey: string): Explorer {
  return {
    submit: async (claim) => submission(await send(claim, "POST", submitForm(claim))),
    ask: async (guid, claim) =>
      verdict(await send(claim, "GET", { module: "contract", action: "checkverifystatus", guid })),
  };

  async function send(
    { chainId }: Claim,
    method: "GET" | "POST",
    parameters: Readonly<Record<string, string>>,
  ): Promise<EtherscanAnswer> {
    const query = new URLSearchParams({
      chainid: String(chainId),
      apikey: apiKey,
      ...(method === "GET" ? parameters : {}),
    });
    const body = method === "POST" ? { body: new URLSearchParams(parameters) } : {};
    const answer = parsed<EtherscanAnswer>(await request(`${url}?${query}`, { method, ...body }));
    // It says so with status 200; and a contract that is new it finds only after some blocks.
    if (/rate limit|unable to locate contractcode/i.test(answer.result)) {
      throw new Busy(answer.result);
    }
    return answer;
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
    // The name has been misspelled for years; newer documents spell it right.
    constructorArguements: args,
    constructorArguments: args,
  };
}

function submission({ status, result }: EtherscanAnswer): Submission {
  if (/already verified/i.test(result)) {
    return { is: "verified" };
  }
  return status === "1" ? { is: "taken", ticket: result } : { is: "refused", why: result };
}

function verdict({ status, result }: EtherscanAnswer): Verdict {
  if (status === "1" || /already verified/i.test(result)) {
    return { is: "verified" };
  }
  return /pending/i.test(result) ? { is: "pending" } : { is: "refused", why: result };
}
