import { remote } from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import { type DeployStep, type Release, stepsFor } from "../plan/release";
import { SshHost } from "../ssh/ssh-host";
import { deployScript } from "./deploy-script";

/** How instances are reached by SSH. */
export interface SshSettings {
  readonly user: string;
  readonly port: number;
  /** Undefined: the keys of the SSH agent. */
  readonly privateKey: pulumi.Output<string> | undefined;
  readonly budgetSeconds: number;
}

/** Arguments of a DeployedHost. */
export interface DeployedHostArgs {
  readonly release: Release;
  readonly steps: readonly DeployStep[];
  readonly ssh: SshSettings;
  readonly instanceId: pulumi.Input<string>;
  readonly host: pulumi.Input<string>;
  readonly roles: readonly string[];
}

/**
 * An instance on which the steps of a release have run.
 *
 *     SshHost ─▶ first step ─▶ … ─▶ last step
 */
export class DeployedHost extends pulumi.ComponentResource {
  constructor(name: string, args: DeployedHostArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:rolling:DeployedHost", name, {}, opts);
    const { release, roles, ssh, instanceId, host } = args;
    const server = new SshHost(
      `${name}-ssh`,
      {
        instanceId,
        host,
        port: ssh.port,
        user: ssh.user,
        budgetSeconds: ssh.budgetSeconds,
        ...(ssh.privateKey === undefined ? {} : { privateKey: ssh.privateKey }),
      },
      { parent: this },
    );
    let previous: pulumi.Resource = server;
    for (const step of stepsFor(args.steps, roles)) {
      previous = new remote.Command(
        `${name}-${step.name}`,
        {
          connection: connectionTo(server, ssh),
          create: deployScript(step, release, roles),
          triggers: [server.id, release.id],
        },
        { parent: this, dependsOn: previous },
      );
    }
    this.registerOutputs({});
  }
}

/** Everything comes from the server's outputs: a changed input of a command would run the command again. */
function connectionTo(server: SshHost, ssh: SshSettings): remote.CommandArgs["connection"] {
  return {
    host: server.host,
    port: server.port,
    user: server.user,
    hostKey: server.hostKey,
    ...(ssh.privateKey === undefined ? {} : { privateKey: server.privateKey as pulumi.Output<string> }),
  };
}
