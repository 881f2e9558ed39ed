import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";

/** Arguments of an SshHost. */
export interface SshHostArgs {
  readonly instanceId: pulumi.Input<string>;
  readonly host: pulumi.Input<string>;
  readonly port: number;
  readonly user: string;
  /** The private key in OpenSSH's or PEM form, as a secret. Undefined: the keys of the SSH agent. */
  readonly privateKey?: pulumi.Input<string> | undefined;
  /** The time that the SSH server has to answer. */
  readonly budgetSeconds: number;
}

/**
 * The SSH server of an instance. The resource exists as soon as the server answers, with the host key of the first answer,
 * against which every later connection is checked.
 *
 * The credentials are outputs as well: the commands of a release keep those of their first run, because a changed
 * connection would make the plugin run them again, on an instance that no longer exists.
 */
export class SshHost extends DynamicResource {
  declare readonly host: pulumi.Output<string>;
  declare readonly port: pulumi.Output<number>;
  declare readonly user: pulumi.Output<string>;
  declare readonly privateKey: pulumi.Output<string | undefined>;
  /** As in known_hosts, without the host. */
  declare readonly hostKey: pulumi.Output<string>;

  constructor(name: string, args: SshHostArgs, opts?: pulumi.CustomResourceOptions) {
    super(
      "SshHost",
      name,
      { ...args, hostKey: undefined },
      { ...opts, additionalSecretOutputs: ["privateKey"] },
    );
  }
}
