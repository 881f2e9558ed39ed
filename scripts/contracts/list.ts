import { EngineCommand } from "../engine/command";
import { openStack } from "../engine/stack";
import { readState } from "../engine/state";
import { tableOf } from "../table";
import { type DeployedContract, deployedContracts, refusals } from "./deployed";

/** `chainfleet contracts list`: shows the contracts in the state of a stack. @returns the exit code of the process. */
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
  const lines = tableOf(
    ["chain", "contract", "address", { numbers: "block" }, "transaction", "verified"],
    contracts.map(({ chain, name, address, block, transaction, verified }) => [
      chain,
      name,
      address,
      block === 0 ? "-" : block,
      transaction === "" ? "-" : shortened(transaction),
      verified === undefined ? "-" : verified ? "yes" : "no",
    ]),
  );
  return [lines, ...refusals(contracts)].join("\n");
}

/**
 * Shortens a hash, because a line with two whole hashes is wider than a terminal. The JSON output has the whole hash.
 */
function shortened(hash: string): string {
  return `${hash.slice(0, 10)}…${hash.slice(-8)}`;
}
