import Table from "cli-table3";
import { EngineCommand } from "../engine/command";
import { openStack } from "../engine/stack";
import { readState } from "../engine/state";
import { type DeployedContract, deployedContracts, refusals } from "./deployed";

/** `chainfleet contracts list`: what the state has, by chain. */
export async function list({ stack: name, json }: { stack: string; json: boolean }): Promise<number> {
  const command = new EngineCommand();
  const { resources = [] } = await readState(await openStack(name, command), command);
  const contracts = deployedContracts(resources);
  process.stdout.write(json ? `${JSON.stringify({ contracts })}\n` : `${table(contracts)}\n`);
  return 0;
}

function table(contracts: readonly DeployedContract[]): string {
  if (contracts.length === 0) {
    return "No contract is deployed.";
  }
  const lines = new Table({
    head: ["chain", "contract", "address", "block", "transaction", "verified"],
    style: { head: [], border: [] },
    colAligns: ["left", "left", "left", "right", "left", "left"],
  });
  lines.push(
    ...contracts.map(({ chain, name, address, block, transaction, verified }) => [
      chain,
      name,
      address,
      block === 0 ? "-" : block,
      transaction === "" ? "-" : transaction,
      verified === undefined ? "-" : verified ? "yes" : "no",
    ]),
  );
  return [lines.toString(), ...refusals(contracts)].join("\n");
}
