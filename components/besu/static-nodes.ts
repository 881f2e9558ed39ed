import * as pulumi from "@pulumi/pulumi";
import { fromAvailable } from "../engine/available";
import { P2P_PORT } from "../ports";

/** A validator as its peers find it. */
export interface Peer {
  /** The public key: 64 bytes in hex, without a prefix. */
  readonly nodeId: pulumi.Input<string>;
  /** The IPv4 address of the P2P port. */
  readonly address: pulumi.Input<string>;
}

/**
 * The content of static-nodes.json: the enode URL of every validator that has an address. A validator whose address could not
 * be created is left out, so that one region's failure keeps no other region from starting; the next `up` adds it.
 */
export function staticNodesFile(validators: readonly Peer[]): pulumi.Output<string> {
  const peers = validators.map(({ nodeId, address }) => pulumi.all([nodeId, address]));
  return fromAvailable(peers, (available) => {
    // A resource that a run leaves out, because it failed before, has known outputs without values.
    const complete = available.filter(([nodeId, address]) => Boolean(nodeId) && Boolean(address));
    const urls = complete.map(([nodeId, address]) => `enode://${nodeId}@${address}:${P2P_PORT}`);
    return `${JSON.stringify(urls, null, 2)}\n`;
  });
}
