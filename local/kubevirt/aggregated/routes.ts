/** What a request for a port forwarding names. */
export interface PortForwardTarget {
  readonly namespace: string;
  readonly resource: "virtualmachineinstances" | "virtualmachines";
  readonly name: string;
  readonly port: number;
  readonly protocol: string;
}

/** The group of the aggregated API. */
export const SUBRESOURCES_GROUP = "subresources.kubevirt.io";

/**
 * Reads the path of a port forwarding; undefined if the path is another one.
 * Source: https://github.com/kubevirt/kubevirt/blob/d923fdb815cd2016ddaebdaaa51db04133576d72/pkg/virt-api/api.go
 */
export function portForwardTarget(path: string): PortForwardTarget | undefined {
  const match =
    /^\/apis\/subresources\.kubevirt\.io\/v1\/namespaces\/([^/]+)\/(virtualmachineinstances|virtualmachines)\/([^/]+)\/portforward\/(\d+)(?:\/([a-z]+))?$/.exec(
      path,
    );
  const [, namespace, resource, name, port, protocol = "tcp"] = match ?? [];
  return namespace === undefined || name === undefined
    ? undefined
    : { namespace, resource: resource as PortForwardTarget["resource"], name, port: Number(port), protocol };
}

/** The answer to a discovery request; undefined if the path is no such request. */
export function discovery(path: string): object | undefined {
  switch (path) {
    case "/apis":
      return { kind: "APIGroupList", apiVersion: "v1", groups: [group()] };
    case `/apis/${SUBRESOURCES_GROUP}`:
      return { kind: "APIGroup", apiVersion: "v1", ...group() };
    case `/apis/${SUBRESOURCES_GROUP}/v1`:
      return {
        kind: "APIResourceList",
        apiVersion: "v1",
        groupVersion: `${SUBRESOURCES_GROUP}/v1`,
        // virt-api lists its subresources without their parents, and without verbs that a client could use by them.
        resources: ["virtualmachineinstances/portforward", "virtualmachines/portforward"].map((name) => ({
          name,
          singularName: "",
          namespaced: true,
          kind: "",
          verbs: [],
        })),
      };
    default:
      return undefined;
  }
}

function group(): object {
  const version = { groupVersion: `${SUBRESOURCES_GROUP}/v1`, version: "v1" };
  return { name: SUBRESOURCES_GROUP, versions: [version], preferredVersion: version };
}
