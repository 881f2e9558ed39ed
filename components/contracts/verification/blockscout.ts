import { type Answer, type Claim, type Explorer, NotIndexedError, parsed, request } from "./explorer";

/** Blockscout's REST API, version 2: https://docs.blockscout.com/devs/verification/blockscout-smart-contract-verification-api */
export function blockscout(url: string): Explorer {
  const contract = ({ address }: Claim) => `${url}/smart-contracts/${address}`;
  return {
    submit: async (claim) => {
      const answer = await request(`${contract(claim)}/verification/via/standard-input`, {
        method: "POST",
        body: form(claim),
      });
      if (answer.status === 404) {
        throw new NotIndexedError(claim.address, `404: ${answer.text.slice(0, 80)}`);
      }
      if (/already verified/i.test(answer.text)) {
        return { kind: "verified" };
      }
      return answer.status === 200
        ? { kind: "accepted", ticket: String(Date.now()) }
        : { kind: "refused", reason: `${answer.status}: ${answer.text.slice(0, 300)}` };
    },
    // Blockscout issues no ticket and reports failures on a web socket only, so the time of the submission is the
    // ticket, and a claim that is not verified in time counts as refused.
    status: async (submittedAt, claim) => {
      if (isVerified(await request(contract(claim), {}))) {
        return { kind: "verified" };
      }
      return Date.now() - Number(submittedAt) < PATIENCE_SECONDS * 1000
        ? { kind: "pending" }
        : {
            kind: "refused",
            reason: `not verified after ${PATIENCE_SECONDS} s; the explorer's page of the contract may say why`,
          };
    },
  };
}

const PATIENCE_SECONDS = 60;

function isVerified(answer: Answer): boolean {
  return answer.status === 200 && parsed<{ is_verified?: boolean }>(answer).is_verified === true;
}

function form(claim: Claim): FormData {
  const form = new FormData();
  form.set("compiler_version", `v${claim.compilerVersion}`);
  form.set("contract_name", claim.qualifiedName);
  form.set("autodetect_constructor_args", "false");
  form.set("constructor_args", claim.encodedArguments);
  form.set("license_type", "none");
  form.set("files[0]", new Blob([JSON.stringify(claim.input)], { type: "application/json" }), "input.json");
  return form;
}
