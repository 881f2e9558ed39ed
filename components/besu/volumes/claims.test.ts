import { describe, expect, it } from "vitest";
import { claimNames, expansionFailure, isExpanded, isTooSmall, notExpanded } from "./claims";
import { provider } from "./volume-expansion-provider";

const set = { statefulSet: "rpc", template: "data", replicas: 2, storage: "200Gi" };
const claim = (requested: string, capacity: string, conditions: readonly object[] = []) => ({
  spec: { resources: { requests: { storage: requested } } },
  status: { capacity: { storage: capacity }, conditions: conditions as never[] },
});

describe("the claims of a StatefulSet", () => {
  it("have the names that its controller gives them", () => {
    expect(claimNames(set)).toEqual(["data-rpc-0", "data-rpc-1"]);
  });

  it("are too small if they ask for less, in whatever unit", () => {
    expect(isTooSmall(claim("100Gi", "100Gi"), set)).toBe(true);
    expect(isTooSmall(claim("204800Mi", "100Gi"), set)).toBe(false);
    expect(isTooSmall(claim("1Ti", "1Ti"), set)).toBe(false);
  });

  it("have grown once the volume has, or once only the file system is left to its pod", () => {
    expect(isExpanded(claim("200Gi", "100Gi"), set)).toBe(false);
    expect(isExpanded(claim("200Gi", "200Gi"), set)).toBe(true);
    const pending = { type: "FileSystemResizePending", status: "True" };
    expect(isExpanded(claim("200Gi", "100Gi", [pending]), set)).toBe(true);
  });

  it("say what failed", () => {
    const error = { type: "ControllerResizeError", status: "True", message: "quota exceeded" };
    expect(expansionFailure(claim("200Gi", "100Gi", [error]))).toBe("quota exceeded");
    expect(expansionFailure(claim("200Gi", "100Gi"))).toBeUndefined();
    expect(
      notExpanded(
        "onprem",
        ["data-rpc-0"],
        "only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize",
      ).next,
    ).toContain("allowVolumeExpansion: true");
  });
});

describe("the expansion of volumes", () => {
  const inputs = { ...set, region: "eastus", namespace: "n", kubeconfig: "{}" };
  const changes = async (olds: object, news: object) =>
    (await provider.diff("id", { ...inputs, templateStorage: "200Gi", ...olds }, { ...inputs, ...news }))
      .changes;

  it("is due for another size, and for further replicas whose claims begin with another size", async () => {
    expect(await changes({}, {})).toBe(false);
    expect(await changes({}, { storage: "300Gi" })).toBe(true);
    expect(await changes({}, { replicas: 3 })).toBe(false);
    expect(await changes({ templateStorage: "100Gi" }, { replicas: 3 })).toBe(true);
    expect(await changes({ templateStorage: "100Gi" }, { replicas: 1 })).toBe(false);
  });
});
