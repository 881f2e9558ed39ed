import type { PublicClient } from "viem";
import { expect, it } from "vitest";
import { deployerFunding } from "../deployment/deterministic-deployer";
import { fundsShortfall } from "./sender-funds";

const chain = { name: "chain 138", sender: "0x00000000000000000000000000000000000000aa" } as const;
const fee = deployerFunding({} as PublicClient);
const question = {
  chain,
  waiting: [{ name: fee.name, gas: 21_000n, value: fee.value ?? 0n, insteadOfPaying: fee.insteadOfPaying }],
  inFlight: [],
  price: 0n,
};

it("a sender without the deterministic deployer's fee is told what needs no ether, because a chain may have none", () => {
  const shortfall = fundsShortfall({ ...question, balance: 0n });
  expect(shortfall).toMatchObject({
    code: "SENDER_CANNOT_PAY",
    next: expect.stringMatching(/^Send 0\.01 ether .* Where nobody .* has ether to send, set create: create/),
  });
  expect(fundsShortfall({ ...question, balance: 10n ** 16n })).toBeUndefined();
});
