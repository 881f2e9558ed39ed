import type { ExplorerSettings } from "../../components/contracts/verification/explorer";
import type { ContractsChainConfig } from "./contracts";

/** Where the services are that everybody uses; every Blockscout has a place of its own. */
const PUBLIC = {
  etherscan: "https://api.etherscan.io/v2/api",
  sourcify: "https://sourcify.dev/server",
  blockscout: "",
} as const;

/** The explorers of a chain, complete. */
export function explorersOf({ explorers }: ContractsChainConfig): ExplorerSettings[] {
  return explorers.map(({ url, ...explorer }) => ({ ...explorer, url: url ?? PUBLIC[explorer.kind] }));
}
