import { expect, it } from "vitest";
import { type ContractsStack, OTHER_ACCOUNT } from "./contracts-stack";

/** Existing contracts, contracts that a plain transaction creates, and endpoints from another stack's outputs. */
export function testVariants(stack: ContractsStack): void {
  it("refuses an existing contract with unexpected code, shows both hashes, and accepts the configured hash", async () => {
    const { project } = stack;
    const { WETH9, MultiSig } = (await project.outputs()).contracts.chain138;
    project.configure({ chain138: stack.chain({}, { WETH10: { at: MultiSig.address } }) });
    const refused = await project.up();
    expect(refused.code).not.toBe(0);
    expect(refused.output).toMatch(/is not the expected code\.\s+found: +0x\w{64}\s+expected: 0x\w{64}/);
    const codeHash = /with `codeHash: "(0x\w{64})"`/.exec(refused.output)?.[1];
    project.configure({ chain138: stack.chain({}, { WETH10: { at: MultiSig.address, codeHash } }) });
    const withHash = await project.up();
    expect(withHash.code, withHash.output).toBe(0);
    project.configure({ chain138: stack.chain({}, { Wrapped: { contract: "WETH9", at: WETH9.address } }) });
    const withExpectedCode = await project.up();
    expect(withExpectedCode.code, withExpectedCode.output).toBe(0);
    expect((await project.outputs()).contracts.chain138.Wrapped).toEqual({
      address: WETH9.address,
      transaction: "",
      block: 0,
    });
  });

  it("creates a contract by a plain transaction once, and passes its address to the contract that refers to it", async () => {
    const { project } = stack;
    const aggregator = {
      contract: "OracleAggregator",
      create: "create",
      args: { admin: OTHER_ACCOUNT, decimals: 8, minAnswer: 1, maxAnswer: 9, description: "plain" },
    };
    const proxy = {
      contract: "OracleProxy",
      args: { owner: OTHER_ACCOUNT, aggregator: { contract: "PlainAggregator" } },
    };
    project.configure({ chain138: stack.chain({}, { PlainProxy: proxy, PlainAggregator: aggregator }) });
    const before = await stack.minedTransactions();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    const outputs = await project.outputs();
    expect((await stack.minedTransactions()).succeeded - before.succeeded).toBe(2);
    await stack.expectCodeOfAllContracts();
    await project.loseState();
    expect((await project.up()).code).toBe(0);
    expect((await stack.minedTransactions()).succeeded - before.succeeded).toBe(2);
    expect(await project.outputs()).toEqual(outputs);
  });

  it("takes the endpoint from the outputs of a network's stack", async () => {
    const { project } = stack;
    await project.createStackWithOutputs("net", {
      regions: [{ name: "eastus" }, { name: "westeurope", rpcUrl: stack.node.url }],
    });
    const endpoint = { rpcUrl: undefined, rpcStack: "organization/chainfleet/net" };
    project.configure({ chain138: stack.chain(endpoint, { WETH10: {} }) });
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test", "--json"]);
    expect(gas.code, gas.output).toBe(0);
    expect(JSON.parse(gas.stdout).chains[0]).toMatchObject({ chain: "chain138", sender: stack.sender });
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    await stack.expectCodeOfAllContracts();
    project.configure({ chain138: stack.chain({ ...endpoint, rpcRegion: "eastus" }, { WETH10: {} }) });
    expect((await project.up()).output).toContain(
      "organization/chainfleet/net has no RPC nodes in a region eastus",
    );
    expect((await project.chainfleet(["contracts", "gas", "--stack", "test"])).code).toBe(1);
  });
}
