import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import type { ContractsChainConfig } from "../../stacks/config/contracts-schema";
import { noRpcNodes, type RpcRegion, rpcUrlIn } from "../../stacks/config/rpc-url";
import type { EngineCommand } from "../engine/command";

/**
 * A chain's RPC endpoint as its config has it, or out of the outputs of the network's stack.
 *
 * @param stack whose config it is.
 * @throws ChainfleetError when that network has no RPC nodes yet.
 */
export async function endpointOf(
  { rpcUrl, rpcStack, rpcRegion }: ContractsChainConfig,
  stack: string,
  command: EngineCommand,
): Promise<string> {
  if (rpcUrl !== undefined) {
    return rpcUrl;
  }
  const network = rpcStack ?? stack;
  const { stdout } = await command.run(["stack", "output", "--json", "--stack", network], PROJECT_ROOT, {});
  const { regions = [] } = JSON.parse(stdout) as { regions?: readonly RpcRegion<string>[] };
  const url = rpcUrlIn(regions, rpcRegion);
  if (url === undefined) {
    throw new ChainfleetError({
      code: "RPC_NODES_MISSING",
      summary: noRpcNodes(network, rpcRegion),
      next: "Bring that network up first, give it rpcNodes, or set rpcUrl.",
    });
  }
  return url;
}
