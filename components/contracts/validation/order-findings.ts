import type { Finding } from "../../finding";
import type { CallDefinition, ChainDefinition, ContractDefinition } from "../definitions/definitions";
import { keyOf } from "../definitions/references";

/** The finding about contracts that need each other's addresses. None if there is no circle. */
export function contractCircleFindings(
  circle: readonly { readonly chain: ChainDefinition; readonly definition: ContractDefinition }[],
): Finding[] {
  const [first, ...others] = circle;
  if (first === undefined) {
    return [];
  }
  const otherKeys = others.map(({ chain, definition }) => keyOf(chain.name, definition.name));
  return [
    {
      key: first.definition.configKey,
      problem:
        others.length === 0
          ? "needs its own address; the contract has to learn its address by a call after its deployment"
          : `and ${otherKeys.join(", ")} need each other's addresses; one contract has to learn the other's address by a call after its deployment`,
    },
  ];
}

/** The finding about calls that wait for each other. None if there is no circle. */
export function callCircleFindings(circle: readonly CallDefinition[]): Finding[] {
  const [first, ...others] = circle;
  if (first === undefined) {
    return [];
  }
  return [
    {
      key: `${first.configKey}.after`,
      problem:
        others.length === 0
          ? "names the call itself, which can never come first"
          : `and the key after of ${others.map(({ name }) => name).join(", ")} name each other; none of these calls can come first`,
    },
  ];
}
