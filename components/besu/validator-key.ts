import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../dynamic-resource";

/**
 * A node's secp256k1 key: made once, never again. The private key is a secret of the state; nothing else ever
 * holds it but the cluster's Secret. Deleting the resource forgets the key for good.
 */
export class ValidatorKey extends DynamicResource {
  /** 32 bytes in hex, with 0x. Secret. */
  declare readonly privateKey: pulumi.Output<Hex>;
  /** 64 bytes in hex, without prefix: the node's id in its enode URL. */
  declare readonly nodeId: pulumi.Output<string>;
  /** The validator's address, lower case. */
  declare readonly address: pulumi.Output<Address>;

  constructor(name: string, opts?: pulumi.CustomResourceOptions) {
    super(
      "ValidatorKey",
      name,
      { privateKey: undefined, nodeId: undefined, address: undefined },
      { ...opts, additionalSecretOutputs: ["privateKey"] },
    );
  }
}
