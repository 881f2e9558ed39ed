import { tableOf } from "../terminal/table";
import { type DeployedContract, refusals } from "./deployed";

/**
 * The table of the contracts. It is as narrow as a terminal of 80 columns with names of up to 18 letters, so hashes and
 * addresses are shortened. Pure.
 */
export function listTable(contracts: readonly DeployedContract[]): string {
  return tableText(contracts, { address: shortened, transaction: shortened });
}

/** The table of the contracts with whole addresses and hashes. Pure. */
export function wideListTable(contracts: readonly DeployedContract[]): string {
  return tableText(contracts, { address: whole, transaction: whole });
}

interface Forms {
  readonly address: (address: string) => string;
  readonly transaction: (hash: string) => string;
}

function tableText(contracts: readonly DeployedContract[], forms: Forms): string {
  if (contracts.length === 0) {
    return "No contract is deployed.";
  }
  const lines = tableOf(
    ["chain", "contract", "address", { numbers: "block" }, "transaction", "verified"],
    contracts.map(({ chain, name, address, block, transaction, verified }) => [
      chain,
      name,
      forms.address(address),
      block === 0 ? "-" : block,
      transaction === "" ? "-" : forms.transaction(transaction),
      verified === undefined ? "-" : verified ? "yes" : "no",
    ]),
  );
  return [lines, ...refusals(contracts)].join("\n");
}

function shortened(hex: string): string {
  return `${hex.slice(0, 5)}…${hex.slice(-4)}`;
}

function whole(hex: string): string {
  return hex;
}
