import { expect, test } from "vitest";
import { apiServerOf } from "./kubeconfig";

const authority = Buffer.from("a certificate").toString("base64");
const cluster = (server: string) => `
- cluster:
    certificate-authority-data: ${authority}
    server: ${server}
  name: aks`;
const kubeconfig = (...clusters: string[]) => `apiVersion: v1
clusters:${clusters.join("")}
kind: Config
users:
- name: clusterUser_group_aks
  user:
    exec:
      apiVersion: client.authentication.k8s.io/v1beta1
      args: [get-token, --login, devicecode]
      command: kubelogin
`;

test("the API server is read from a kubeconfig in YAML", () => {
  expect(apiServerOf(kubeconfig(cluster("https://aks.hcp.eastus.azmk8s.io:443")))).toEqual({
    server: "https://aks.hcp.eastus.azmk8s.io:443",
    certificateAuthority: authority,
  });
});

test.each([
  ["is empty", ""],
  ["has two clusters", kubeconfig(cluster("https://a.invalid"), cluster("https://b.invalid"))],
  ["has no certificate authority", "clusters:\n- cluster:\n    server: https://a.invalid\n"],
  ["is no map", "- a list"],
])("a kubeconfig that %s is refused without showing its contents", (_, text) => {
  expect(() => apiServerOf(text)).toThrow(/^the kubeconfig does not name exactly one cluster/);
});
