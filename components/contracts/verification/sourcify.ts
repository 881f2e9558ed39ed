import { type Claim, type Explorer, parsed, request, type Submission, type Verdict } from "./explorer";

interface SourcifyAnswer {
  readonly verificationId?: string;
  readonly customCode?: string;
  readonly message?: string;
  readonly isJobCompleted?: boolean;
  readonly error?: { readonly customCode: string; readonly message: string };
}

/** Codes for an address without code as far as Sourcify sees: lib-sourcify, Verification and its errors. */
const NOT_INDEXED: ReadonlySet<string> = new Set(["contract_not_deployed", "cannot_fetch_bytecode"]);

/** Sourcify's API, version 2: https://docs.sourcify.dev/docs/api/ */
export function sourcify(url: string): Explorer {
  return { submit, status };

  async function submit(claim: Claim): Promise<Submission> {
    const answer = await request(`${url}/v2/verify/${claim.chainId}/${claim.address}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        stdJsonInput: claim.input,
        compilerVersion: claim.compilerVersion,
        contractIdentifier: claim.qualifiedName,
        ...(claim.transaction === "" ? {} : { creationTransactionHash: claim.transaction }),
      }),
    });
    const { verificationId, customCode, message } = parsed<SourcifyAnswer>(answer);
    if (customCode === "already_verified") {
      return { kind: "verified" };
    }
    return verificationId === undefined
      ? { kind: "refused", reason: message ?? `${answer.status}` }
      : { kind: "accepted", ticket: verificationId };
  }

  async function status(ticket: string): Promise<Verdict> {
    const answer = parsed<SourcifyAnswer>(await request(`${url}/v2/verify/${ticket}`, {}));
    if (answer.isJobCompleted !== true) {
      return { kind: "pending" };
    }
    const { error } = answer;
    if (error === undefined || error.customCode === "already_verified") {
      return { kind: "verified" };
    }
    return NOT_INDEXED.has(error.customCode)
      ? { kind: "not-indexed", reason: error.message }
      : { kind: "refused", reason: error.message };
  }
}
