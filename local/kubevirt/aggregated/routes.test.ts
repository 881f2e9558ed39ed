import { expect, test } from "vitest";
import { discovery, portForwardTarget } from "./routes";

const path = "/apis/subresources.kubevirt.io/v1/namespaces/n/virtualmachineinstances/vm-0/portforward/22";

test("the path of a port forwarding names an instance, a port and a protocol", () => {
  const target = { namespace: "n", resource: "virtualmachineinstances", name: "vm-0", port: 22 };
  expect(portForwardTarget(path)).toEqual({ ...target, protocol: "tcp" });
  expect(portForwardTarget(`${path}/udp`)).toEqual({ ...target, protocol: "udp" });
});

test.each([
  path.replace("/22", ""),
  path.replace("22", "ssh"),
  path.replace("portforward", "console"),
  `${path}/tcp/x`,
])("%s is no port forwarding", (other) => {
  expect(portForwardTarget(other)).toBeUndefined();
});

test("discovery lists the subresources", () => {
  expect(discovery("/apis/subresources.kubevirt.io/v1")).toMatchObject({
    kind: "APIResourceList",
    resources: [{ name: "virtualmachineinstances/portforward" }, { name: "virtualmachines/portforward" }],
  });
  expect(discovery("/apis/other/v1")).toBeUndefined();
});
