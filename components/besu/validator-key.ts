import type * as pulumi from "@pulumi/pulumi";
import type { Address, Hex } from "viem";
import { DynamicResource } from "../engine/dynamic-resource";

/**
 * The secp256k1 key of a node. It is generated once and never changes. Only the state (encrypted) and the Secret in the
 * cluster contain the private key, so deleting the resource destroys the key.
 */
export class ValidatorKey extends DynamicResource {
  /** 32 bytes in hex, with the prefix 0x. Secret. */
  declare readonly privateKey: pulumi.Output<Hex>;
  /** The public key, which identifies the node in its enode URL: 64 bytes in hex, without a prefix. */
  declare readonly nodeId: pulumi.Output<string>;
  /** The validator's address in lower case. */
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
