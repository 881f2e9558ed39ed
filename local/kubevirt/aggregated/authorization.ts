import type { IncomingMessage } from "node:http";
import type { AuthorizationV1Api } from "@kubernetes/client-node";
import type { PortForwardTarget } from "./routes";

/**
 * Asks the API server whether the user of a request may forward a port, as virt-api does.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-api/rest/authorizer.go
 */
export async function mayForward(
  api: AuthorizationV1Api,
  { headers }: IncomingMessage,
  { namespace, name, resource }: PortForwardTarget,
): Promise<boolean> {
  const user = headers["x-remote-user"];
  if (typeof user !== "string") {
    return false;
  }
  // Node joins the values of a repeated header.
  const groups = String(headers["x-remote-group"] ?? "")
    .split(",")
    .map((group) => group.trim());
  const { status } = await api.createSubjectAccessReview({
    body: {
      spec: {
        user,
        groups,
        resourceAttributes: {
          namespace,
          name,
          verb: "get",
          group: "subresources.kubevirt.io",
          version: "v1",
          resource,
          subresource: "portforward",
        },
      },
    },
  });
  return status?.allowed === true;
}
