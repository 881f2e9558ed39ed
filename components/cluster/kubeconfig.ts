import * as pulumi from "@pulumi/pulumi";
import { parse } from "yaml";
import { z } from "zod";
import { isKnown } from "../engine/known";
import { ChainfleetError } from "../error";
import { patiently } from "../governor/patience";

/**
 * The kubeconfig of a cluster that this program creates, fetched from the cloud once the cluster exists.
 *
 * If a cluster fails, its provider gets a kubeconfig of a server that does not exist. A provider that depended on the
 * failed cluster would have no configuration, and the engine (3.225) stops or panics at the first resource of such a
 * provider, so one region's failure would end the run for all regions. The resources in the cluster depend on the
 * cluster directly, so the engine skips them.
 *
 * @param name of the cluster, for messages.
 * @param fetch reads the kubeconfig from the cloud. Rejects if the cluster does not exist.
 * @throws RunError (KUBECONFIG_UNREADABLE) inside the output if the cluster exists but `fetch` rejects.
 */
export function kubeconfigOf(
  cluster: pulumi.CustomResource,
  name: string,
  fetch: () => Promise<string>,
): pulumi.Output<string> {
  const read = () =>
    patiently(name, fetch).catch((error: Error) => {
      const { message } = new ChainfleetError({
        code: "KUBECONFIG_UNREADABLE",
        summary: `The kubeconfig of the cluster ${name} could not be read from its cloud: ${error.message}`,
        next: "Run again. Resources that exist already are kept.",
      });
      // The engine shows a RunError without a stack trace.
      throw new pulumi.RunError(message);
    });
  if (pulumi.runtime.isDryRun()) {
    return pulumi.secret(cluster.id.apply(read));
  }
  return pulumi.secret(
    pulumi.output(isKnown(cluster.id).then((exists) => (exists ? read() : fetch().catch(() => UNREACHABLE)))),
  );
}

/** The API server of a cluster. */
export interface ApiServer {
  /** An https URL. */
  readonly server: string;
  /** The certificate authority: PEM, encoded in base64. */
  readonly certificateAuthority: string;
}

/** The address of a cluster and the command that fetches a token for it. */
export interface ExecAccess extends ApiServer {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
}

const singleCluster = z.object({
  clusters: z.tuple([
    z.object({ cluster: z.object({ server: z.url(), "certificate-authority-data": z.base64() }) }),
  ]),
});

/**
 * The API server of the only cluster in a kubeconfig.
 *
 * @param kubeconfig YAML, as a cloud writes it.
 * @throws Error if the kubeconfig does not have exactly one cluster with a server and a certificate authority.
 */
export function apiServerOf(kubeconfig: string): ApiServer {
  const { success, data } = singleCluster.safeParse(parse(kubeconfig));
  if (!success) {
    // The kubeconfig itself stays out of the message, because it may contain a credential.
    throw new Error(
      "the kubeconfig does not name exactly one cluster with a server and a certificate authority",
    );
  }
  const [{ cluster }] = data.clusters;
  return { server: cluster.server, certificateAuthority: cluster["certificate-authority-data"] };
}

/**
 * A kubeconfig that contains no secret, because its user is a credential plugin.
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

const UNREACHABLE = execKubeconfig({
  name: "no-cluster",
  server: "https://no-cluster.invalid",
  certificateAuthority: "",
  command: "false",
  args: [],
});
