import type { ExplorerSettings } from "../../components/contracts/verification/explorer";
import type { ContractsChainConfig } from "./contracts-schema";

/** URLs of the public APIs. Each Blockscout instance has its own URL, so the schema requires one. */
const PUBLIC_URLS = {
  etherscan: "https://api.etherscan.io/v2/api",
  sourcify: "https://sourcify.dev/server",
  blockscout: "",
} as const;

/** The explorers of a chain, each with its URL. */
export function explorersOf({ explorers }: ContractsChainConfig): ExplorerSettings[] {
  return explorers.map(({ url, ...explorer }) => ({ ...explorer, url: url ?? PUBLIC_URLS[explorer.kind] }));
}
