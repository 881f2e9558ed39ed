/** A region among the outputs of a network's stack. */
export interface RpcRegion<Url> {
  readonly name: string;
  /** Of its RPC nodes; undefined if it has none. */
  readonly rpcUrl?: Url | undefined;
}

/** The RPC nodes of a region, or of the first that has some. @param name of the region */
export function rpcUrlIn<Url>(regions: readonly RpcRegion<Url>[], name: string | undefined): Url | undefined {
  return regions.find((one) => one.rpcUrl !== undefined && (name === undefined || one.name === name))?.rpcUrl;
}

/** What is said where there are none. */
export function noRpcNodes(stack: string, region: string | undefined): string {
  return `${stack} has no RPC nodes${region === undefined ? "" : ` in a region ${region}`}.`;
}
