import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { accessIn } from "./placement";

const kubeconfig = (current: string) =>
  stringify({
    clusters: ["one", "two"].map((name) => ({ name, cluster: { server: `https://${name}:6443` } })),
    contexts: ["one", "two"].map((name) => ({ name: `to-${name}`, context: { cluster: name } })),
    "current-context": current,
  });
const access = (current: string, context?: string) =>
  accessIn(kubeconfig(current), { kubeconfig: "~/.kube/config", context });

describe("the access to an existing cluster", () => {
  it("is by the current context as if the config named it", () => {
    expect(access("to-one")).toEqual({
      access: { kubeconfig: "~/.kube/config", context: "to-one" },
      server: "https://one:6443",
    });
    expect(access("to-two", "to-one")).toEqual(access("to-one"));
    expect(access("to-two")).not.toEqual(access("to-one"));
  });

  it("has no server if the kubeconfig does not say it", () => {
    expect(access("nowhere")).toEqual({ access: { kubeconfig: "~/.kube/config", context: "nowhere" } });
  });
});
