import { readFileSync, writeFileSync } from "node:fs";
import { type Hex, parseGwei } from "viem";
import { expect, it } from "vitest";
import type { ContractsStack } from "./contracts-stack";

/** The first deployment, a deployment after the state was lost, and what a changed source changes. */
export function testDeployment(stack: ContractsStack): void {
  it("deploys the missing deployer, the contracts at their planned addresses, and makes the calls", async () => {
    const { project } = stack;
    const planned = (await project.previewedChanges()).flatMap(
      ({ inputs }) => inputs["plannedAddress"] ?? [],
    );
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    const { contracts } = await project.outputs();
    expect(
      new Set(Object.values<{ address: Hex }>(contracts.chain138).map(({ address }) => address)),
    ).toEqual(new Set(planned));
    await stack.expectCodeOfAllContracts();
    // The payment for the deployer's deployment, four contracts, three calls.
    expect(await stack.minedTransactions()).toEqual({ all: 8, succeeded: 8 });
    // The deployer's own transaction pays 100 gwei; the later transactions must not copy this price.
    for (const { effectiveGasPrice } of await stack.receipts()) {
      expect(effectiveGasPrice).toBeLessThan(parseGwei("5"));
    }
    expect(project.stateText().includes(stack.key.slice(2))).toBe(false);
    expect(project.stateText().includes(stack.node.url)).toBe(false);
    expect(await project.previewedChanges()).toEqual([]);
  });

  it("finds everything again, with transactions and blocks, after the state was lost", async () => {
    const { project } = stack;
    const before = await project.outputs();
    await project.loseState();
    const up = await project.up();
    expect(up.code, up.output).toBe(0);
    expect(await stack.minedTransactions()).toEqual({ all: 8, succeeded: 8 });
    expect(await project.outputs()).toEqual(before);
  });

  it("previews no change when the provider's code was changed", async () => {
    const { project } = stack;
    const provider = project.path("components/contracts/deployment/deployment-provider.ts");
    writeFileSync(provider, `// A comment.\n${readFileSync(provider, "utf8")}`);
    expect(await project.previewedChanges()).toEqual([]);
  });

  it("previews only the contracts and calls that depend on a changed source", async () => {
    const { project } = stack;
    const source = project.path("contracts/src/oracle/OracleAggregator.sol");
    const original = readFileSync(source, "utf8");
    writeFileSync(source, `${original}\n// Another version.\n`);
    const changes = await project.previewedChanges();
    const replaced = new Map(
      changes
        .filter(({ op }) => op === "replace")
        .map(({ name, inputs }) => [name, inputs["plannedAddress"]]),
    );
    expect([...replaced.keys()].sort()).toEqual(["chain138-OracleAggregator", "chain138-OracleProxy"]);
    const { contracts } = await project.outputs();
    expect(replaced.get("chain138-OracleProxy")).not.toBe(contracts.chain138.OracleProxy.address);
    const notReplaced = changes.map(({ name }) => name).filter((name) => !replaced.has(name));
    expect([...new Set(notReplaced)].sort()).toEqual(["chain138-firstRound", "chain138-grant"]);
    writeFileSync(source, original);
    expect(await project.previewedChanges()).toEqual([]);
  });
}
