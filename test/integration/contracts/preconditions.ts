import { generatePrivateKey } from "viem/accounts";
import { expect, it } from "vitest";
import type { ContractsStack } from "./contracts-stack";

/** What a preview needs, and what `up` checks before it sends the first transaction. */
export function testPreconditions(stack: ContractsStack): void {
  it("previews addresses without a key, and up reports all missing variables before it sends anything", async () => {
    const { project } = stack;
    const withoutKey = { CHAINFLEET_TEST_KEY: "", CHAINFLEET_TEST_RPC: "" };
    const preview = await project.run(["preview", "--json"], withoutKey);
    expect(preview.code, preview.output).toBe(0);
    const planned = JSON.parse(preview.stdout).steps.flatMap(
      ({ newState }: { newState?: { inputs?: { plannedAddress?: string } } }) =>
        newState?.inputs?.plannedAddress ?? [],
    );
    expect(new Set(planned).size).toBe(4);

    const refused = await project.up(withoutKey);
    expect(refused.code).not.toBe(0);
    expect(refused.output).toContain("names the environment variable CHAINFLEET_TEST_RPC, which is not set");
    expect(refused.output).toContain("The environment variable CHAINFLEET_TEST_KEY is not set");
    const malformedKey = await project.up({ CHAINFLEET_TEST_KEY: "0x1234" });
    expect(malformedKey.output).toContain("has no private key (0x and 64 hex digits)");
    expect(malformedKey.output).not.toContain("0x1234");
    const otherKey = await project.up({ CHAINFLEET_TEST_KEY: generatePrivateKey() });
    expect(otherKey.output).toMatch(
      new RegExp(`has the key of 0x\\w{40}; the config's sender is ${stack.sender}`),
    );
    expect(await stack.minedTransactions()).toEqual({ all: 0, succeeded: 0 });
  });

  it("keeps the endpoint's URL, which may contain a key, out of the error when the node does not answer", async () => {
    const { project } = stack;
    // fetch itself refuses some ports, but not port 2.
    const unreachable = { CHAINFLEET_TEST_RPC: "http://127.0.0.1:2/a-key-in-the-path" };
    const up = await project.up(unreachable);
    expect(up.code).not.toBe(0);
    expect(up.output).toContain("(ECONNREFUSED)");
    expect(up.output).toContain("chainfleet:contracts.chains.chain138.rpcUrl, from CHAINFLEET_TEST_RPC.");
    expect(up.output).not.toContain("What was sent");
    const gas = await project.chainfleet(["contracts", "gas", "--stack", "test"], unreachable);
    expect(gas.code).toBe(1);
    expect(up.output + gas.output + project.stateText()).not.toContain("a-key-in-the-path");
  });

  it("sends nothing to an endpoint of another chain", async () => {
    const { project } = stack;
    project.configure({ chain138: stack.chain({ chainId: 139 }) });
    expect((await project.up()).output).toContain(
      "chain138: its endpoint is chain 138, and the config says 139. Nothing was sent.",
    );
    project.configure({ chain138: stack.chain() });
  });

  it("reports the ether that the sender lacks before the first transaction", async () => {
    await stack.setBalance("0.0001");
    const up = await stack.project.up();
    expect(up.code).not.toBe(0);
    expect(up.output).toMatch(/has 0\.0001 ether; .* up to 0\.01\d* ether .*None of them was sent/);
    expect(await stack.minedTransactions()).toEqual({ all: 0, succeeded: 0 });
    await stack.setBalance("100");
  });
}
