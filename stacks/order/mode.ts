import { ChainfleetError } from "../../components/error";
import { suggestion } from "../../components/suggestion";

/** The order in which a run works on the network, from the slowest to the fastest. */
export const MODES = ["sequential", "standard", "maximum", "ultra"] as const;

export type Mode = (typeof MODES)[number];

/** The layers that modes put in an order: networks, keys and genesis; clusters; Besu nodes; contracts. */
export const LAYERS = ["networks", "clusters", "nodes", "contracts"] as const;

/** The environment variable with which `chainfleet up --mode` tells the program the mode. */
export const MODE_VARIABLE = "CHAINFLEET_MODE";

/** The mode without the variable. */
export const DEFAULT_MODE: Mode = "ultra";

/**
 * The mode that the environment asks for. The mode is no part of the config, because it is a property of a run: it changes
 * no resource.
 *
 * @throws ChainfleetError MODE_UNKNOWN
 */
export function modeOf(environment: NodeJS.ProcessEnv): Mode {
  const text = environment[MODE_VARIABLE];
  if (text === undefined || text === "") {
    return DEFAULT_MODE;
  }
  const mode = MODES.find((name) => name === text);
  if (mode === undefined) {
    throw new ChainfleetError({
      code: "MODE_UNKNOWN",
      summary: `The environment variable ${MODE_VARIABLE} is "${text}"; it must be one of ${MODES.join(", ")}${suggestion(text, [...MODES])}. Nothing was changed.`,
    });
  }
  return mode;
}

/**
 * Checks the mode of a run over a network whose regions have stacks of their own.
 *
 * @throws ChainfleetError MODE_SHARDED
 */
export function requireModeOfShards(mode: Mode): void {
  if (mode !== DEFAULT_MODE) {
    throw new ChainfleetError({
      code: "MODE_SHARDED",
      summary: `The mode ${mode} is impossible with sharding: region. A mode adds edges between regions, and each region has a graph of its own. Nothing was changed.`,
      next: `Leave --mode and ${MODE_VARIABLE} out. Or join the regions in one stack first, see docs/sharding.md.`,
    });
  }
}
