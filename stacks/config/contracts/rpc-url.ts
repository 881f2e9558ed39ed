/** A region in the output `regions` of a network's stack. @template Url string, or an output of one */
export interface RpcRegion<Url> {
  readonly name: string;
  /** URL of the region's RPC nodes; undefined if the region has none. */
  readonly rpcUrl?: Url | undefined;
}

/**
 * The URL of a region's RPC nodes; undefined if the region does not exist or has no RPC nodes.
 *
 * @param name of the region; undefined for the first region that has RPC nodes.
 */
export function rpcUrlIn<Url>(regions: readonly RpcRegion<Url>[], name: string | undefined): Url | undefined {
  return regions.find((region) => region.rpcUrl !== undefined && (name === undefined || region.name === name))
    ?.rpcUrl;
}

/** The summary of the error for a stack in which `rpcUrlIn` finds no URL. */
export function noRpcNodes(stack: string, region: string | undefined): string {
  return region === undefined
    ? `${stack} has no RPC nodes.`
    : `${stack} has no RPC nodes in a region ${region}.`;
}
