import { ChainfleetError } from "../../components/error";
import { PROJECT_ROOT } from "../../components/root";
import type { ContractsChainConfig } from "../../stacks/config/contracts/contracts-schema";
import { noRpcNodes, type RpcRegion, rpcUrlIn } from "../../stacks/config/contracts/rpc-url";
import type { EngineCommand } from "../engine/command";

/**
 * The RPC endpoint of a chain: the URL in the chain's config, or the URL in the outputs of the stack that has the
 * chain's network.
 *
 * @param stack the stack whose config describes the chain.
 * @throws ChainfleetError `RPC_NODES_MISSING` if the network has no RPC nodes.
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
      next: "Deploy that network first, add rpcNodes to one of its regions, or set the chain's rpcUrl.",
    });
  }
  return url;
}
