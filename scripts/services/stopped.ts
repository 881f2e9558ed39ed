import { allAtOnce } from "../../components/at-once";
import type { EngineCommand } from "../engine/command";
import { commandOn } from "../engine/local-target";
import { ClusterServices } from "./cluster-services";
import { serviceRegions } from "./regions";

/**
 * What a run should say of validators that somebody has stopped: they stay stopped. A cluster that does not answer soon is left
 * out, because nothing depends on the answer.
 *
 * @returns a line for each region with stopped validators; empty if there is none, or no network.
 */
export async function stoppedLines(stack: string, command: EngineCommand): Promise<string[]> {
  const regions = await serviceRegions(stack, command).catch(() => []);
  const outcomes = await allAtOnce(
    regions.filter(({ access }) => access !== undefined),
    { timeoutSeconds: PATIENCE_SECONDS },
    async (region) =>
      (await new ClusterServices(region, PATIENCE_SECONDS).validators()).filter(
        ({ replicas }) => replicas === 0,
      ),
  );
  return outcomes.flatMap(({ region, value = [] }) =>
    value.length === 0
      ? []
      : [
          `${region}: ${value.map(({ name }) => name).join(", ")} ${value.length === 1 ? "is" : "are"} stopped, and ${value.length === 1 ? "stays" : "stay"} stopped until: ${commandOn(stack)} services start ${region} --stack ${stack}`,
        ],
  );
}

const PATIENCE_SECONDS = 5;
