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
  const enodes = validators.map(
    ({ nodeId, address }) => pulumi.interpolate`enode://${nodeId}@${address}:${P2P_PORT}`,
  );
  return fromAvailable(enodes, (urls) => `${JSON.stringify(urls, null, 2)}\n`);
}
