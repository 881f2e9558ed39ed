import { PROJECT_ROOT } from "../../../components/root";

/**
 * Does what every run of the program begins with and what needs no config: loads the program's modules, and lets the library of
 * elliptic curves make its tables, which takes a twentieth of a second when the first address is derived.
 */
export function preload(): void {
  require(PROJECT_ROOT);
  const { privateKeyToAddress } = require("viem/accounts") as typeof import("viem/accounts");
  privateKeyToAddress(`0x${"1".repeat(64)}`);
}

/** What a run needs that not every run does, and that takes time but no config. */
const PREPARATIONS = {
  /** The modules of a network, and with them the SDKs of the clouds. */
  network: () => {
    require("../../../stacks/network");
    require("../../../stacks/regions");
    require("../../../stacks/survey");
  },
  /** The build of the contracts, for which forge says its settings even if nothing has to be compiled. */
  contracts: () => {
    const { startBuild } =
      require("../../../components/contracts/build/build") as typeof import("../../../components/contracts/build/build");
    startBuild(PROJECT_ROOT);
  },
  /** The client with which the first run asks existing clusters whether they have keys of the network. */
  clusterClient: () => {
    require("@kubernetes/client-node");
  },
} satisfies Readonly<Record<string, () => void>>;

/** A part of a run that can be prepared. */
export type Preparation = keyof typeof PREPARATIONS;

/** Prepares a part of the run that will follow. */
export function prepare(part: Preparation): void {
  PREPARATIONS[part]();
}
