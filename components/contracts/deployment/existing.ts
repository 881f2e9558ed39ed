import { getAddress } from "viem";
import type { DeploymentMethod } from "../definitions/definitions";
import { requireCode, requireCodeHash } from "./required-code";
import type { DeploymentStrategy } from "./strategy";

/** Uses a contract that exists already: its code is checked, and nothing is sent. */
export function existing(method: DeploymentMethod & { readonly kind: "existing" }): DeploymentStrategy {
  const address = getAddress(method.address);
  const { codeHash } = method;
  return {
    createsContract: false,
    needsDeterministicDeployer: false,
    isAddressPlanned: true,
    address: () => address,
    transaction: () => undefined,
    find: async () => address,
    deploy: async (deployment) => {
      await (codeHash === undefined
        ? requireCode(deployment, address)
        : requireCodeHash(deployment, address, codeHash));
      return { address, transaction: "", block: 0 };
    },
  };
}
