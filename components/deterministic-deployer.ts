import type { Address, Hex } from "viem";

/**
 * The deterministic deployment proxy, at the same address on every chain. The proxy takes `salt ++ init code` and
 * creates the contract by CREATE2. https://github.com/Arachnid/deterministic-deployment-proxy
 */
export const DETERMINISTIC_DEPLOYER: Address = "0x4e59b44847b379578588920ca78fbf26c0b4956c";

/** The proxy's code on a chain: what the published transaction of the proxy returns. The proxy has no storage. */
export const DETERMINISTIC_DEPLOYER_CODE: Hex =
  "0x7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffe03601600081602082378035828234f58015156039578182fd5b8082525050506014600cf3";
