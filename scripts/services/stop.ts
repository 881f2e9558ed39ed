import { allAtOnce } from "../../components/at-once";
import { quorum } from "../../components/besu/quorum";
import { EngineCommand } from "../engine/command";
import { commandOn, targetLine } from "../engine/local-target";
import { confirm } from "../terminal/confirmation";
import { type ChangeOptions, changeAll, failureLines, requireValidators } from "./change";
import { ClusterServices } from "./cluster-services";
import { type ServiceRegion, selectRegions, serviceRegions } from "./regions";

/** The options of `chainfleet services stop`. */
export interface StopOptions extends ChangeOptions {
  /** Whether to go on without asking, also if the chain halts. */
  readonly yes: boolean;
}

/**
 * `chainfleet services stop`: stops the validators of the regions, which keep their data, and stay stopped until
 * `chainfleet services start`. RPC nodes go on answering from the blocks that they have: scaling them down would delete their
 * volumes.
 *
 * @returns the exit code of the process: 1 if a region failed.
 * @throws ChainfleetError `CONFIRMATION_REFUSED` or `CONFIRMATION_IMPOSSIBLE` if the chain would halt and nobody has agreed.
 */
export async function stop(named: readonly string[], options: StopOptions): Promise<number> {
  const { stack, json, yes } = options;
  process.stderr.write(`${targetLine(stack)}\n`);
  const all = await serviceRegions(stack, new EngineCommand());
  const regions = selectRegions(named, all);
  requireValidators(regions);
  const halt = haltOf({
    total: all.reduce((sum, { validators }) => sum + validators.length, 0),
    remaining: await runningIn(
      all.filter((region) => !regions.includes(region)),
      options.timeout,
    ),
  });
  if (halt !== undefined && !yes) {
    await confirm({ command: "services stop", effect: halt, stack });
  }
  const changed = await changeAll(regions, 0, options);
  const lines = [
    ...failureLines(changed, "stop", stack),
    ...(halt === undefined ? [] : ["The chain makes no blocks until enough validators are started again."]),
    `Stopped validators stay stopped, also at the next up. To start them: ${commandOn(stack)} services start ${regions.length === all.length ? "all" : regions.map(({ name }) => name).join(" ")} --stack ${stack}`,
  ];
  process.stdout.write(
    json
      ? `${JSON.stringify({ regions: changed, chainHalts: halt !== undefined })}\n`
      : `${lines.join("\n")}\n`,
  );
  return changed.some(({ result }) => result === "failed") ? 1 : 0;
}

/**
 * Why a stop halts the chain, as the end of a sentence that begins with the command; undefined if the chain goes on. Pure.
 *
 * @param remaining the number of validators that would still run.
 */
export function haltOf({
  total,
  remaining,
}: {
  readonly total: number;
  readonly remaining: number;
}): string | undefined {
  const needed = quorum(total);
  return remaining >= needed
    ? undefined
    : `halts the chain: ${remaining} of ${total} validators would still run, and ${needed} must sign a block`;
}

/** The number of ready validators. A region that cannot be asked has none: the chain might depend on them. */
async function runningIn(regions: readonly ServiceRegion[], timeout: number): Promise<number> {
  const outcomes = await allAtOnce(
    regions,
    { timeoutSeconds: Math.min(timeout, 10) },
    async (region) =>
      (await new ClusterServices(region, 10).validators()).filter(({ isReady }) => isReady).length,
  );
  return outcomes.reduce((sum, { value = 0 }) => sum + value, 0);
}
