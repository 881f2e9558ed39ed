import { setTimeout as delay } from "node:timers/promises";
import { createLogUpdate } from "log-update";
import { quorum } from "../../components/besu/quorum";
import { EngineCommand } from "../engine/command";
import { INTERRUPTED, onInterrupt } from "../interruption";
import { allAtOnce } from "./at-once";
import { ClusterServices } from "./cluster-services";
import {
  isHealthy,
  type NetworkStatus,
  networkStatus,
  observeValidators,
  readHeadsAgain,
} from "./region-status";
import { type ServiceRegion, selectRegions, serviceRegions } from "./regions";
import { statusReport } from "./status-table";

/** The options of `chainfleet services status`. */
export interface StatusOptions {
  readonly stack: string;
  readonly json: boolean;
  /** Whether to show the status again and again until the command is interrupted. */
  readonly watch: boolean;
  /** Seconds after which a region that has not answered counts as failed. */
  readonly timeout: number;
}

/**
 * `chainfleet services status`: shows every validator of the regions.
 *
 * @returns the exit code of the process: 0 if every region has answered and every validator runs and signs, else 1.
 */
export async function status(named: readonly string[], options: StatusOptions): Promise<number> {
  const regions = selectRegions(named, await serviceRegions(options.stack, new EngineCommand()));
  const observer = new NetworkObserver(regions, options.timeout);
  try {
    return options.watch ? await watch(observer, options) : show(await observer.observe(), options);
  } finally {
    observer.close();
  }
}

function show(observed: NetworkStatus, { json }: StatusOptions): number {
  process.stdout.write(json ? `${JSON.stringify(observed)}\n` : `${statusReport(observed)}\n`);
  return isHealthy(observed) ? 0 : 1;
}

/** A terminal shows the newest status in place; a file gets one after the other, and JSON is a line for each. */
async function watch(observer: NetworkObserver, options: StatusOptions): Promise<number> {
  const inPlace = process.stdout.isTTY && !options.json ? createLogUpdate(process.stdout) : undefined;
  const stopHandling = onInterrupt(() => {
    inPlace?.done();
    process.exit(INTERRUPTED);
  });
  try {
    for (;;) {
      const observed = await observer.observe();
      if (inPlace === undefined) {
        show(observed, options);
      } else {
        inPlace(statusReport(observed));
      }
      await delay(WATCH_SECONDS * 1000);
    }
  } finally {
    stopHandling();
  }
}

const WATCH_SECONDS = 2;

/** Asks all regions at once, as often as it is told, over connections that stay open. */
export class NetworkObserver {
  readonly #regions: readonly ServiceRegion[];
  readonly #timeoutSeconds: number;
  readonly #services: ReadonlyMap<string, ClusterServices>;

  /** @param timeoutSeconds the time of each region. */
  constructor(regions: readonly ServiceRegion[], timeoutSeconds: number) {
    this.#regions = regions;
    this.#timeoutSeconds = timeoutSeconds;
    this.#services = new Map(
      regions.map((region) => [region.name, new ClusterServices(region, timeoutSeconds)]),
    );
  }

  async observe(): Promise<NetworkStatus> {
    const validators = this.#regions.reduce((sum, region) => sum + region.validators.length, 0);
    const outcomes = await allAtOnce(this.#regions, { timeoutSeconds: this.#timeoutSeconds }, ({ name }) =>
      observeValidators(this.#of(name), WINDOW_FACTOR * validators),
    );
    const observed = await Promise.all(
      this.#regions.map(async ({ name, cloud }, index) => ({
        name,
        cloud,
        validators: await readHeadsAgain(this.#of(name), outcomes[index]?.value ?? []),
        error: outcomes[index]?.error,
      })),
    );
    return networkStatus(observed, quorum);
  }

  #of(region: string): ClusterServices {
    return this.#services.get(region) as ClusterServices;
  }

  close(): void {
    for (const services of this.#services.values()) {
      services.close();
    }
  }
}

/** Other regions may have as many validators again as those that were asked; the window is cut to 2N afterwards. */
const WINDOW_FACTOR = 4;
