import { spawnSync } from "node:child_process";
import { type Address, concat, encodeAbiParameters, type Hex, keccak256, numberToHex, pad } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { forge } from "../../contracts/build/foundry";
import { storageRoot } from "./genesis";
import { validatorStorage } from "./validator-contract";
import { VALIDATOR_CONTRACT_CODE } from "./validator-contract-code";

/** Accounts of any size, and in no order. */
const validators = [9, 2, 0xffff, 5, 3].map(
  (number) => keccak256(numberToHex(number)).slice(0, 42) as Address,
);
const ascending = validators.toSorted();

function compiled(what: "bytecode" | "deployedBytecode"): Hex {
  const { stdout, stderr, status } = spawnSync(forge(), ["inspect", "ValidatorSelection", what], {
    encoding: "utf8",
  });
  expect(status, stderr).toBe(0);
  return stdout.trim().split("\n").at(-1) as Hex;
}

let node: FaultyAnvil;
let contract: Address;

beforeAll(async () => {
  node = await FaultyAnvil.start(["--chain-id", "138", "--hardfork", "shanghai"]);
  const [from] = (await node.rpc("eth_accounts", [])) as [Address];
  const data = concat([compiled("bytecode"), encodeAbiParameters([{ type: "address[]" }], [ascending])]);
  const hash = await node.rpc("eth_sendTransaction", [{ from, data, gas: numberToHex(3_000_000) }]);
  const receipt = (await node.rpc("eth_getTransactionReceipt", [hash])) as { contractAddress: Address };
  contract = receipt.contractAddress;
});

afterAll(() => node.stop());

describe("the contract that selects validators, in a genesis block", () => {
  it("has the code that the source compiles to, and that its constructor leaves", async () => {
    expect(VALIDATOR_CONTRACT_CODE).toBe(compiled("deployedBytecode"));
    expect(await node.rpc("eth_getCode", [contract, "latest"])).toBe(VALIDATOR_CONTRACT_CODE);
  });

  it("has the storage that its constructor writes, and nothing else", async () => {
    const storage = validatorStorage(validators);
    for (const [slot, value] of Object.entries(storage)) {
      expect(await node.rpc("eth_getStorageAt", [contract, slot, "latest"])).toBe(value);
    }
    const proof = (await node.rpc("eth_getProof", [contract, [], "latest"])) as { storageHash: Hex };
    expect(await storageRoot(storage)).toBe(proof.storageHash);
  });

  it("answers with all validators, ascending, at an address where no constructor ran", async () => {
    const address: Address = "0x0000000000000000000000000000000000007777";
    await node.rpc("anvil_setCode", [address, VALIDATOR_CONTRACT_CODE]);
    for (const [slot, value] of Object.entries(validatorStorage(validators))) {
      await node.rpc("anvil_setStorageAt", [address, slot, value]);
    }
    const data = keccak256(Buffer.from("getValidators()")).slice(0, 10);
    const answer = await node.rpc("eth_call", [{ to: address, data }, "latest"]);
    expect(answer).toBe(encodeAbiParameters([{ type: "address[]" }], [ascending]));
    expect(pad(numberToHex(validators.length), { size: 32 }).slice(2)).toBe((answer as Hex).slice(66, 130));
  });
});
