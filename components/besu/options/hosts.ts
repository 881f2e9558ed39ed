import { RPC_PORT } from "../../ports";

/** The host names of a Service inside its cluster. */
export function serviceHosts(service: string, namespace: string): string[] {
  return [
    service,
    `${service}.${namespace}`,
    `${service}.${namespace}.svc`,
    `${service}.${namespace}.svc.cluster.local`,
  ];
}

/** The name of the Service of a region's RPC nodes. */
export const RPC_SERVICE = "rpc";

/** The URL of a region's RPC nodes inside their cluster. @example "http://rpc.chain138-eastus.svc:8545" */
export function rpcUrlOf(namespace: string): string {
  return `http://${RPC_SERVICE}.${namespace}.svc:${RPC_PORT}`;
}
