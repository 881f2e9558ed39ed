import { TIME_SCALE, withNetwork } from "./lives";
import { type NetworkRegion, regionsInOneLocation } from "./network";
import { type MeasuredRun, run } from "./runs";

/**
 * More clusters in one location of one subscription than the location takes at once: 20, and one more each minute. Networks
 * of 24 locations never come near a limit, because every location has limits of its own.
 */
const REGIONS = 30;

/** The same network with and without the rate governor. Times are seconds of real time. */
export interface Throttling {
  /** Requests that the cloud refused with status 429 although the governor was on. */
  readonly throttlesGoverned: number;
  /** Requests that the cloud refused with status 429 without the governor. */
  readonly throttlesUngoverned: number;
  readonly oneLocation: {
    readonly regions: number;
    readonly governedSeconds: number;
    readonly ungovernedSeconds: number;
  };
}

export async function throttling(): Promise<Throttling> {
  const regions = regionsInOneLocation(REGIONS);
  const governed = await up(regions, true);
  const ungoverned = await up(regions, false);
  return {
    throttlesGoverned: governed.throttles,
    throttlesUngoverned: ungoverned.throttles,
    oneLocation: {
      regions: REGIONS,
      governedSeconds: governed.seconds,
      ungovernedSeconds: ungoverned.seconds,
    },
  };
}

/** The governor counts seconds of real time, and the limits of the simulated cloud refill faster by the time scale. */
function up(regions: readonly NetworkRegion[], isGoverned: boolean): Promise<MeasuredRun> {
  const value = { enabled: isGoverned, refillFactor: 1 / TIME_SCALE };
  return withNetwork(regions, (checkout) => run(checkout, "up"), {
    config: [{ path: ["chainfleet:rateGovernor"], value }],
  });
}
