import { type Hex, numberToHex, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FaultyAnvil } from "../../../test/support/contracts/faulty-anvil";
import { provider } from "./call-provider";

/** Calls to a contract that a reorganisation has taken off the chain. */
const CONTRACT = "0x00000000000000000000000000000000000000bb";
/** Calldata `01` stores 1 in slot 0; anything else returns slot 0. */
const CODE: Hex = "0x3660011460125760005460005260206000f35b600160005500";

let node: FaultyAnvil;
const key = generatePrivateKey();
const { address } = privateKeyToAccount(key);

beforeEach(async () => {
  process.env["CALL_TEST_KEY"] = key;
  node = await FaultyAnvil.start(["--chain-id", "138", "--block-time", "1"]);
  await node.rpc("anvil_setBalance", [address, numberToHex(parseEther("1"))]);
});
afterEach(() => node.stop());

const call = () =>
  provider.create({
    chain: {
      name: "chain138",
      chainId: 138,
      configKey: "contracts.chains.chain138",
      maxPending: 16,
      confirmations: 1,
      feeCeilingGwei: 500,
    },
    rpcUrl: node.url,
    sender: { address, key: { kind: "variable", variable: "CALL_TEST_KEY" } },
    call: "start",
    contract: "Switch",
    build: "",
    description: "Switch.start()",
    to: CONTRACT,
    data: "0x01",
    done: {
      to: CONTRACT,
      data: "0x0000",
      types: ["uint256"],
      wanted: [{ index: 0, value: numberToHex(1, { size: 32 }) }],
    },
  });

const sent = async () => Number(await node.rpc("eth_getTransactionCount", [address, "latest"]));

describe("a call to a contract that is no longer on the chain", () => {
  it("is not sent, because it would succeed and do nothing", async () => {
    await expect(call()).rejects.toMatchObject({
      code: "CALLED_CONTRACT_MISSING",
      summary: expect.stringMatching(
        /^start on chain138: there is no code at 0x0+bb.* reorganisation.*Nothing was sent\.$/,
      ),
      next: expect.stringContaining("pulumi refresh"),
    });
    expect(await sent()).toBe(0);
  });

  it("is sent when the contract is in a block again", async () => {
    const made = call();
    setTimeout(() => node.rpc("anvil_setCode", [CONTRACT, CODE]), 1500);
    expect((await made).outs).toMatchObject({ transaction: expect.stringMatching(/^0x\w{64}$/) });
    expect(await sent()).toBe(1);
  });
});
