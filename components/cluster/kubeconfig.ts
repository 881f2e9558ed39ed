import * as pulumi from "@pulumi/pulumi";
import { isKnown } from "../known";

/**
 * The kubeconfig of a cluster that this program makes, fetched by the cluster's name once it is there.
 *
 * A provider that waited for a cluster that failed would have no configuration, and the engine (3.225) stops, or
 * panics, at the first resource of such a provider: one region's failure would end all others. So the provider
 * waits for nothing; when there is no cluster it gets a kubeconfig that leads nowhere, and what is to be made in
 * the cluster depends on the cluster by itself and is passed over.
 *
 * @param name of the cluster, for messages.
 * @param fetch reads the kubeconfig from the cloud; rejects when there is no such cluster.
 */
export function kubeconfigOf(
  cluster: pulumi.CustomResource,
  name: string,
  fetch: () => Promise<string>,
): pulumi.Output<string> {
  const read = () =>
    fetch().catch((error: Error) => {
      throw new pulumi.RunError(
        `The credentials of the cluster ${name} could not be read: ${error.message}\nWhat was made is kept; start the run again.`,
      );
    });
  if (pulumi.runtime.isDryRun()) {
    return pulumi.secret(cluster.id.apply(read));
  }
  return pulumi.secret(
    pulumi.output(
      isKnown(cluster.id).then((isMade) => (isMade ? read() : fetch().catch(() => LEADS_NOWHERE))),
    ),
  );
}

/** How a client gets at a cluster: where it is, and the command that fetches a token. */
export interface ExecAccess {
  readonly name: string;
  readonly server: string;
  /** The certificate authority, PEM in base64. */
  readonly certificateAuthority: string;
  readonly command: string;
  readonly args: readonly string[];
}

/**
 * A kubeconfig whose user is a credential plugin, so that it holds no secret.
 * https://kubernetes.io/docs/reference/access-authn-authz/authentication/#client-go-credential-plugins
 */
export function execKubeconfig({ name, server, certificateAuthority, command, args }: ExecAccess): string {
  return JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": name,
    clusters: [{ name, cluster: { server, "certificate-authority-data": certificateAuthority } }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    users: [
      {
        name,
        user: {
          exec: {
            apiVersion: "client.authentication.k8s.io/v1beta1",
            command,
            args,
            interactiveMode: "Never",
          },
        },
      },
    ],
  });
}

const LEADS_NOWHERE = execKubeconfig({
  name: "no-cluster",
  server: "https://no-cluster.invalid",
  certificateAuthority: "",
  command: "false",
  args: [],
});
