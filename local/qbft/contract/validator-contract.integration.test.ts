import fc from "fast-check";
import { type Address, encodeFunctionData, type Hex, numberToHex } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  VALIDATOR_CONTRACT,
  VALIDATOR_CONTRACT_ABI,
  validatorStorage,
} from "../../../components/besu/genesis/validator-contract";
import { VALIDATOR_CONTRACT_CODE } from "../../../components/besu/genesis/validator-contract-code";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { afterCall, answerOf, initialContract, outcomeOf, Revert } from "./validator-contract";

const accounts = Array.from({ length: 6 }, (_, index) => numberToHex(0x10 + index, { size: 20 }));
const founders = accounts.slice(0, 4);
/** So few that most of them have votes. */
const subjects = accounts.slice(3);
const GAS = 3_000_000n;

interface Call {
  readonly sender: Address;
  readonly data: Hex;
}

/** Mostly votes for few subjects, so that many of them have an effect, and some of strangers and without sense. */
const call: fc.Arbitrary<Call> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .record({
        sender: fc.constantFrom(...accounts),
        subject: fc.constantFrom(...subjects),
        add: fc.boolean(),
      })
      .map(({ sender, subject, add }) => ({
        sender,
        data: encodeFunctionData({
          abi: VALIDATOR_CONTRACT_ABI,
          functionName: "propose",
          args: [subject, add],
        }),
      })),
  },
  {
    weight: 2,
    arbitrary: fc
      .record({ sender: fc.constantFrom(...accounts), subject: fc.constantFrom(...subjects) })
      .map(({ sender, subject }) => ({
        sender,
        data: encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName: "withdraw", args: [subject] }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      sender: fc.constantFrom(...accounts),
      data: fc.constantFrom<Hex>(
        "0x",
        "0x12345678",
        encodeFunctionData({
          abi: VALIDATOR_CONTRACT_ABI,
          functionName: "propose",
          args: [numberToHex(0, { size: 20 }), true],
        }),
      ),
    }),
  },
);

const VIEWS = (["getValidators", "getProposals"] as const).map((functionName) =>
  encodeFunctionData({ abi: VALIDATOR_CONTRACT_ABI, functionName }),
);

let node: FaultyAnvil;

beforeAll(async () => {
  node = await FaultyAnvil.start([
    ...["--chain-id", "138", "--hardfork", "shanghai", "--gas-price", "0", "--base-fee", "0", "--no-mining"],
  ]);
  await node.rpc("anvil_setCode", [VALIDATOR_CONTRACT, VALIDATOR_CONTRACT_CODE]);
  for (const [slot, value] of Object.entries(validatorStorage(founders))) {
    await node.rpc("anvil_setStorageAt", [VALIDATOR_CONTRACT, slot, value]);
  }
  for (const account of accounts) {
    await node.rpc("anvil_impersonateAccount", [account]);
  }
});

afterAll(() => node.stop());

/** What the contract answers to a call that changes it: nothing, or the data of its revert. */
async function executed({ sender, data }: Call): Promise<Hex | undefined> {
  const transaction = { from: sender, to: VALIDATOR_CONTRACT, data, gas: numberToHex(GAS), gasPrice: "0x0" };
  const response = await fetch(node.url, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "eth_call", params: [transaction, "latest"] }),
  });
  const { error } = (await response.json()) as { readonly error?: { readonly data?: Hex } };
  const reason = error === undefined ? undefined : (error.data ?? "0x");
  if (reason === undefined) {
    await node.rpc("eth_sendTransaction", [transaction]);
    await node.rpc("evm_mine", []);
  }
  return reason;
}

describe("the simulated contract that selects validators", () => {
  it("answers and changes as the contract in anvil does, over random sequences of calls", async () => {
    let changes = 0;
    let snapshot = await node.rpc("evm_snapshot", []);
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 40, maxLength: 60 }), async (calls) => {
        await node.rpc("evm_revert", [snapshot]);
        snapshot = await node.rpc("evm_snapshot", []);
        let state = initialContract(founders);
        for (const one of calls) {
          const [reason, next] = [
            await executed(one),
            outcomeOf(() => afterCall(state, { ...one, gas: GAS })),
          ];
          expect(next instanceof Revert ? next.data : undefined).toBe(reason);
          if (!(next instanceof Revert)) {
            changes += Number(next.validators.length !== state.validators.length);
            state = next;
          }
          for (const data of VIEWS) {
            const answer = await node.rpc("eth_call", [{ to: VALIDATOR_CONTRACT, data }, "latest"]);
            expect(answerOf(state, data)).toBe(answer);
          }
        }
      }),
      { numRuns: 20, endOnFailure: true },
    );
    // A sequence has one change or two on average, and may have none.
    expect(changes).toBeGreaterThan(3);
  });
});
