import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { Claim, ExplorerSettings } from "./explorer";
import { verifyAt } from "./verify";

/** An explorer's answer to a request. */
interface Answer {
  readonly status?: number;
  readonly body: unknown;
}

let server: Server | undefined;
afterEach(() => server?.close());

const claim: Claim = {
  chainId: 138,
  address: "0x00000000000000000000000000000000000000aa",
  compilerVersion: "0.8.37+commit.f401782d",
  qualifiedName: "contracts/src/WETH9.sol:WETH9",
  input: { language: "Solidity", sources: {}, settings: {} },
  encodedArguments: "0x",
  transaction: "",
};

/** An explorer that answers as scripted, request by request, and then always with the last answer. */
async function explorer(kind: ExplorerSettings["kind"], answers: readonly Answer[]) {
  const requests: string[] = [];
  server = createServer((request, response) => {
    requests.push(`${request.method}`);
    const { status = 200, body } = answers[Math.min(requests.length, answers.length) - 1] as Answer;
    request.resume().on("end", () => {
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { requests, result: await verifyAt({ kind, url, apiKey: "key", ratePerSecond: 50 }, claim) };
}

const etherscan = (status: "0" | "1", result: unknown): Answer => ({
  body: { status, message: status === "1" ? "OK" : "NOTOK", result },
});
const passed = [etherscan("1", "a-ticket"), etherscan("1", "Pass - Verified")];

describe("an explorer that does not know the contract yet", () => {
  it.each<[string, ExplorerSettings["kind"], readonly Answer[]]>([
    // foundry#9976, #12566
    ["result: null", "etherscan", [etherscan("0", null), etherscan("0", null), ...passed]],
    ["status 404", "etherscan", [{ status: 404, body: { message: "Not found" } }, ...passed]],
    ["a body of null", "etherscan", [{ body: null }, ...passed]],
    [
      "Unable to locate ContractCode",
      "etherscan",
      [etherscan("0", "Unable to locate ContractCode at 0xaa"), ...passed],
    ],
    [
      "result: null after the submission",
      "etherscan",
      [etherscan("1", "a-ticket"), etherscan("0", null), etherscan("1", "Pass - Verified")],
    ],
    [
      "status 404",
      "blockscout",
      [
        { status: 404, body: { message: "Address is not a smart-contract" } },
        { status: 404, body: { message: "Not found" } },
        { body: { message: "Smart-contract verification started" } },
        { status: 404, body: { message: "Not found" } },
        { body: { is_verified: true } },
      ],
    ],
    [
      "a job that fails for it",
      "sourcify",
      [
        { status: 202, body: { verificationId: "1" } },
        {
          body: {
            isJobCompleted: true,
            error: { customCode: "contract_not_deployed", message: "There is no bytecode at 0xaa" },
          },
        },
        { status: 202, body: { verificationId: "2" } },
        { body: { isJobCompleted: true } },
      ],
    ],
  ])("with %s is asked again, and the contract is verified (%s)", async (_, kind, answers) => {
    const { requests, result } = await explorer(kind, answers);
    expect(result).toEqual({ explorer: kind, verified: true });
    expect(requests).toHaveLength(answers.length);
  });

  it("is not what an explorer says that refuses the claim", async () => {
    const { requests, result } = await explorer("etherscan", [
      etherscan("1", "a-ticket"),
      etherscan("0", "Fail - Unable to verify"),
    ]);
    expect(result).toEqual({ explorer: "etherscan", verified: false, why: "Fail - Unable to verify" });
    expect(requests).toHaveLength(2);
  });
});
