import type { Finding } from "../../../components/finding";
import { suggestion } from "../../../components/suggestion";
import { fieldsOf, outlineRegions } from "../outline";

/**
 * Checks what the health gate requires of the rest of the config. Works on the unchecked config, so that these findings are
 * reported together with those of the schema; a value that the schema refuses is ignored here.
 */
export function healthGateRules(unchecked: Readonly<Record<string, unknown>>): Finding[] {
  const { healthGate, stack = "network" } = unchecked;
  if (healthGate === undefined) {
    return [];
  }
  if (stack !== "network" && stack !== "full") {
    return [{ key: "healthGate", problem: `is of no use: the stack ${String(stack)} has no network` }];
  }
  return [...unknownRegions(unchecked), ...shortTimeout(unchecked)];
}

function unknownRegions({ healthGate, regions }: Readonly<Record<string, unknown>>): Finding[] {
  const names = outlineRegions(regions).flatMap(({ name }) => name ?? []);
  return Object.keys(fieldsOf(fieldsOf(healthGate).missingPeers))
    .filter((name) => !names.includes(name))
    .map((name) => ({
      key: `healthGate.missingPeers.${name}`,
      problem: `names no region of the network${suggestion(name, names)}`,
    }));
}

/** On a new chain every validator must have had its turn, and each turn lasts a block period. */
function shortTimeout({ healthGate, regions, network }: Readonly<Record<string, unknown>>): Finding[] {
  const { timeoutSeconds } = fieldsOf(healthGate);
  const { blockPeriodSeconds = DEFAULT_BLOCK_PERIOD_SECONDS } = fieldsOf(network);
  const validators = outlineRegions(regions).reduce((sum, region) => sum + (region.validators ?? 0), 0);
  if (typeof timeoutSeconds !== "number" || typeof blockPeriodSeconds !== "number") {
    return [];
  }
  const least = validators * blockPeriodSeconds;
  return timeoutSeconds > 0 && timeoutSeconds < least
    ? [
        {
          key: "healthGate.timeoutSeconds",
          problem: `is ${timeoutSeconds}, but ${validators} validators need ${least} seconds until each of them has had its turn to propose a block; must be at least ${least}`,
        },
      ]
    : [];
}

/** The default of `network.blockPeriodSeconds`. */
export const DEFAULT_BLOCK_PERIOD_SECONDS = 2;
