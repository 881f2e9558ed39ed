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
