import { expect, it } from "vitest";
import { addOwner, type ContractsStack } from "./contracts-stack";

/** Reverts, calls without the expected effect, a chain that fails, and a chain that was reset. */
export function testFailures(stack: ContractsStack): void {
  it("explains why a constructor would revert", async () => {
    const { project } = stack;
    const tooHighThreshold = {
      contracts: { MultiSig: { args: { owners: [{ account: "sender" }], threshold: 2 } } },
      calls: {},
    };
    project.configure({ chain138: stack.chain(tooHighThreshold) });
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(gas.code).toBe(1);
    expect(JSON.parse(gas.stdout).chains[0].transactions).toMatchObject([
      { name: "MultiSig", wouldRevert: expect.stringMatching(/^"GS201" \(https:.*error_codes/) },
    ]);
    expect((await project.up()).output).toMatch(/CONSTRUCTOR_REVERTS: MultiSig .*"GS201" \(https:\/\//);
  });

  it("explains why a call would revert, and which effect a successful call did not have", async () => {
    const { project } = stack;
    const { grant, firstRound } = stack.chain().calls;
    const configureTransmit = (answer: number, expected: number) =>
      project.configure({
        chain138: stack.chain({
          calls: {
            grant,
            transmit: {
              ...firstRound,
              args: { answer },
              done: { function: "getRoundData", args: [1], returns: { answer: expected } },
            },
          },
        }),
      });
    configureTransmit(99, 99);
    const reason = "AnswerOutOfBounds(99, 1, 9)";
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test"]);
    expect(gas.stdout).toContain(`chain138: transmit would be reverted: ${reason}`);
    expect((await project.up()).output).toContain(`would be reverted: ${reason}. Nothing was sent.`);
    configureTransmit(7, 8);
    expect((await project.up()).output).toContain("but its `done` does not hold: it returns 5, not 8.");
  });

  it("refuses a changed call whose `done` does not show the change, and names the argument", async () => {
    const { project } = stack;
    const { grant, firstRound } = stack.chain().calls;
    const configureRound = (answer: number, returns: object) =>
      project.configure({
        chain138: stack.chain({
          calls: {
            grant,
            round: {
              ...firstRound,
              args: { answer },
              done: { function: "getRoundData", args: [1], returns },
            },
          },
        }),
      });
    configureRound(5, { id: 1 });
    const first = await project.up();
    expect(first.code, first.output).toBe(0);
    const before = await stack.minedTransactions();
    configureRound(6, { id: 1 });
    const changed = await project.up();
    expect(changed.code).not.toBe(0);
    expect(changed.output).toMatch(/CALL_CHANGE_NOT_SEEN: round on chain138: .*answer \(from 5 to 6\)/);
    expect(changed.output).toContain("done.returns name the value of answer");
    expect(await stack.minedTransactions()).toEqual(before);
    // Back to the round that the chain has, with a `done` that shows it.
    configureRound(5, { answer: 5 });
    const corrected = await project.up();
    expect(corrected.code, corrected.output).toBe(0);
    expect(await stack.minedTransactions()).toEqual(before);
  });

  it("makes no call that refers to a contract on another chain whose deployment failed", async () => {
    const { project } = stack;
    const chain = stack.chain();
    const addContractAsOwner = addOwner({ contract: "WETH9", chain: "mainnet" });
    const mainnet = stack.chain({ chainId: 1, contracts: { WETH9: {} }, calls: {} });
    project.configure({ chain138: { ...chain, calls: { ...chain.calls, addContractAsOwner } }, mainnet });
    const before = await stack.minedTransactions();
    const up = await project.run(["up", "--yes", "--skip-preview", "--continue-on-error"]);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("is chain 138, and the config says 1");
    expect((await stack.minedTransactions()).all).toBe(before.all);
    // The outputs have no address, and no placeholder, for a contract that was not deployed.
    const { contracts } = await project.outputs();
    expect(contracts.mainnet).toBeUndefined();
    expect(Object.keys(contracts.chain138)).toHaveLength(4);
    for (const { address, block, transaction } of Object.values<Record<string, unknown>>(
      contracts.chain138,
    )) {
      expect([address, transaction].join(" ")).toMatch(/^0x\w{40} (0x\w{64})?$/);
      expect(block).toBeTypeOf("number");
    }
  });

  it("reports a chain that was reset, and deploys everything again after a refresh", async () => {
    const { project } = stack;
    project.configure({ chain138: stack.chain() });
    expect((await project.up()).code).toBe(0);
    await stack.node.rpc("anvil_reset");
    await stack.setBalance("100");
    project.configure({ chain138: stack.chain({}, { WETH10: {} }) });
    const afterReset = await project.up();
    expect(afterReset.code).not.toBe(0);
    expect(afterReset.output).toMatch(/CONTRACT_NOT_CREATED: .*The chain may have been reset\./);
    expect((await project.run(["refresh", "--yes"])).code).toBe(0);
    const before = await stack.minedTransactions();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    await stack.expectCodeOfAllContracts();
    // The payment for the deployer's deployment, five contracts, three calls.
    expect((await stack.minedTransactions()).succeeded - before.succeeded).toBe(9);
  });
}
