import { setTimeout as delay } from "node:timers/promises";
import { NetworkObserver } from "../../components/besu/health/network-observer";
import { networkStatus } from "../../components/besu/health/network-status";
import { ChainfleetError } from "../../components/error";
import { EngineCommand } from "../engine/command";
import { commandOn, targetLine } from "../engine/local-target";
import { type ChangeOptions, changeAll, failureLines, requireValidators } from "./change";
import { type ServiceRegion, selectRegions, serviceRegions } from "./regions";

/**
 * `chainfleet services start`: starts the validators of the regions. With all regions, the command ends when the chain makes
 * blocks.
 *
 * @returns the exit code of the process: 1 if a region failed.
 * @throws ChainfleetError `CHAIN_STANDS_STILL` if all regions were started and no block was made in time.
 */
export async function start(named: readonly string[], options: ChangeOptions): Promise<number> {
  const { stack, json, timeout } = options;
  process.stderr.write(`${targetLine(stack)}\n`);
  const all = await serviceRegions(stack, new EngineCommand());
  const regions = selectRegions(named, all);
  requireValidators(regions);
  const changed = await changeAll(regions, 1, options);
  const failed = changed.some(({ result }) => result === "failed");
  const progress = regions.length === all.length ? await nextBlock(regions, timeout) : undefined;
  const lines = [
    ...failureLines(changed, "start", stack),
    ...(progress?.block === undefined
      ? []
      : [`The chain makes blocks: block ${progress.block} after ${progress.seconds} s.`]),
  ];
  const isStill = progress !== undefined && progress.block === undefined;
  process.stdout.write(
    json
      ? `${JSON.stringify({ regions: changed, ...(progress === undefined ? {} : { block: progress.block ?? null }) })}\n`
      : lines.map((line) => `${line}\n`).join(""),
  );
  if (isStill && !json) {
    throw new ChainfleetError({
      code: "CHAIN_STANDS_STILL",
      summary: `The validators were started, and the chain of the stack "${stack}" has made no block within ${timeout} s.`,
      next: `Look at the validators: ${commandOn(stack)} services status all --stack ${stack}`,
    });
  }
  return failed || isStill ? 1 : 0;
}

/** Waits until the highest head of the network has moved. */
async function nextBlock(
  regions: readonly ServiceRegion[],
  timeoutSeconds: number,
): Promise<{ readonly block: number | undefined; readonly seconds: number }> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  const observer = new NetworkObserver(regions, {
    validators: regions.reduce((sum, { validators }) => sum + validators.length, 0),
    timeoutSeconds: REQUEST_SECONDS,
  });
  try {
    let first: number | null = null;
    while (seconds() < timeoutSeconds) {
      const { head } = networkStatus(await observer.observe()).chain;
      if (head !== null && first !== null && head > first) {
        return { block: head, seconds: seconds() };
      }
      first ??= head;
      await delay(POLL_SECONDS * 1000);
    }
    return { block: undefined, seconds: seconds() };
  } finally {
    observer.close();
  }
}

const POLL_SECONDS = 1;
const REQUEST_SECONDS = 10;
