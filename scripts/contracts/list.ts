import { EngineCommand } from "../engine/command";
import { openStack } from "../engine/stack";
import { readState } from "../engine/state";
import { deployedContracts } from "./deployed";
import { listTable, wideListTable } from "./list-table";

/** The options of `chainfleet contracts list`. */
export interface ListOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Whether the table has whole addresses and hashes. The JSON output always has them. */
  readonly wide: boolean;
}

/** `chainfleet contracts list`: shows the contracts in the state of a stack. @returns the exit code of the process. */
export async function list({ stack: name, json, wide }: ListOptions): Promise<number> {
  const command = new EngineCommand();
  const { resources = [] } = await readState(await openStack(name, command), command);
  const contracts = deployedContracts(resources);
  const table = wide ? wideListTable : listTable;
  process.stdout.write(json ? `${JSON.stringify({ contracts })}\n` : `${table(contracts)}\n`);
  return 0;
}
