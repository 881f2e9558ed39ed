import { setTimeout as delay } from "node:timers/promises";
import { createLogUpdate } from "log-update";
import { type ExpectedNetwork, type Judgement, judge } from "../../components/besu/health/judgement";
import { NetworkObserver } from "../../components/besu/health/network-observer";
import { EngineCommand } from "../engine/command";
import { INTERRUPTED, onInterrupt } from "../interruption";
import { configuredMissingPeers } from "../run/configured";
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
 * @returns the exit code of the process: 0 if every region has answered and every validator is healthy, as the health gate
 *   judges it, else 1.
 */
export async function status(named: readonly string[], options: StatusOptions): Promise<number> {
  const all = await serviceRegions(options.stack, new EngineCommand());
  const expected = expectedNetwork(all, configuredMissingPeers(options.stack));
  const observer = new NetworkObserver(selectRegions(named, all), {
    validators: expected.validators,
    timeoutSeconds: options.timeout,
  });
  const look = async () => judge(await observer.observe(), expected);
  try {
    return options.watch ? await watch(look, options) : show(await look(), options);
  } finally {
    observer.close();
  }
}

/** What a network should be like whose RPC nodes are not asked. */
export function expectedNetwork(
  regions: readonly ServiceRegion[],
  missingPeers: ExpectedNetwork["missingPeers"],
): ExpectedNetwork {
  return {
    validators: regions.reduce((sum, { validators }) => sum + validators.length, 0),
    rpcNodes: 0,
    missingPeers,
  };
}

function show(judgement: Judgement, { json }: StatusOptions): number {
  const { status: observed, unmet } = judgement;
  process.stdout.write(json ? `${JSON.stringify({ ...observed, unmet })}\n` : `${statusReport(judgement)}\n`);
  return unmet.length === 0 ? 0 : 1;
}

/** A terminal shows the newest status in place; a file gets one after the other, and JSON is a line for each. */
async function watch(look: () => Promise<Judgement>, options: StatusOptions): Promise<number> {
  const inPlace = process.stdout.isTTY && !options.json ? createLogUpdate(process.stdout) : undefined;
  const stopHandling = onInterrupt(() => {
    inPlace?.done();
    process.exit(INTERRUPTED);
  });
  try {
    for (;;) {
      const judgement = await look();
      if (inPlace === undefined) {
        show(judgement, options);
      } else {
        inPlace(statusReport(judgement));
      }
      await delay(WATCH_SECONDS * 1000);
    }
  } finally {
    stopHandling();
  }
}

const WATCH_SECONDS = 2;
