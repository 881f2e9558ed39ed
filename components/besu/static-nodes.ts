import * as pulumi from "@pulumi/pulumi";
import { P2P_PORT } from "../ports";

/** A validator as its peers find it. */
export interface Peer {
  /** The public key: 64 bytes in hex, without a prefix. */
  readonly nodeId: pulumi.Input<string>;
  /** The IPv4 address of the P2P port. */
  readonly address: pulumi.Input<string>;
}

/** The content of static-nodes.json: the enode URL of every validator. */
export function staticNodesFile(validators: readonly Peer[]): pulumi.Output<string> {
  const enodes = validators.map(
    ({ nodeId, address }) => pulumi.interpolate`enode://${nodeId}@${address}:${P2P_PORT}`,
  );
  return pulumi.all(enodes).apply((urls) => `${JSON.stringify(urls, null, 2)}\n`);
}
