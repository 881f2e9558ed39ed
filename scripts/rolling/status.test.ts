import { describe, expect, it } from "vitest";
import { ChainfleetError } from "../../components/error";
import { versionDescription } from "../../components/rolling/plan/ownership";
import { releaseFor, releaseId } from "../../components/rolling/plan/release";
import type { PresentGroup } from "./present-group";
import { groupStatus, statusTable } from "./status";

const release = { stack: "chainfleet/shop", name: "shop", revision: "v2", id: releaseId("v2", []) };
const group = (fields: Partial<PresentGroup> = {}): PresentGroup => ({
  name: "web",
  autoScalingGroup: "shop-web",
  region: "eu-west-1",
  strategy: "rolling",
  roles: [],
  primaryRoles: [],
  refresh: {
    skipMatching: true,
    autoRollback: true,
    alarms: [],
    whenRunning: "wait",
    wait: true,
    pollSeconds: 15,
  },
  template: { id: "lt-1", name: "shop" },
  version: 7,
  description: undefined,
  image: "ami-1",
  mixedInstancesPolicy: undefined,
  desired: 4,
  inService: ["i-1", "i-2", "i-3"],
  ...fields,
});
const originOf = (description: string | undefined) => {
  const { revision, origin } = groupStatus(group({ description }), undefined, release);
  return [revision, origin];
};

describe("the status of a group", () => {
  it("names the revision for which a release has made the launch template version", () => {
    const earlier = { ...release, id: releaseId("v1.4/hotfix-2", []) };
    expect(originOf(versionDescription(earlier, 6))).toEqual(["v1.4/hotfix-2", "v1.4/hotfix-2"]);
  });

  it("says that create-image has made the version", () => {
    const made = releaseFor("image", release, "k3x9q2a1");
    expect(originOf(versionDescription(made, 6))).toEqual(["v2", "v2 (create-image)"]);
  });

  it("says that a release of another stack has made the version", () => {
    const foreign = { ...release, stack: "chainfleet/other" };
    expect(originOf(versionDescription(foreign, 6))).toEqual([
      "v2",
      "v2 (release shop of another stack or name)",
    ]);
  });

  it("says that no release has made the version", () => {
    expect(originOf(undefined)).toEqual([null, "not by a release"]);
    expect(originOf("by hand")).toEqual([null, "not by a release"]);
  });

  it("counts a refresh for which AWS gives no percentage as not begun, or as complete if it was successful", () => {
    const percentageAt = (Status: "Pending" | "Successful") =>
      groupStatus(group(), { InstanceRefreshId: "r-1", Status }, release).refresh;
    expect(percentageAt("Pending")).toEqual({ id: "r-1", status: "Pending", percentage: 0, reason: null });
    expect(percentageAt("Successful")).toMatchObject({ percentage: 100 });
  });
});

describe("the table of all groups", () => {
  it("has the groups that could be read in the order of the config, with every column", () => {
    const refresh = { InstanceRefreshId: "r-1", Status: "InProgress", PercentageComplete: 40 } as const;
    const failed = { subject: "db", error: new ChainfleetError({ code: "GROUP_GONE", summary: "gone" }) };
    const outcomes = [
      { subject: "web", value: groupStatus(group(), refresh, release) },
      failed,
      { subject: "app", value: groupStatus(group({ name: "app", image: undefined }), undefined, release) },
    ];
    const lines = statusTable(outcomes).split("\n");
    const cells = (line: string | undefined) =>
      line
        ?.split("│")
        .slice(1, -1)
        .map((cell) => cell.trim());
    expect(cells(lines[2])).toEqual([
      "web",
      "shop-web",
      "eu-west-1",
      "rolling",
      "shop, version 7",
      "not by a release",
      "ami-1",
      "3 of 4",
      "InProgress, 40 %",
    ]);
    expect(cells(lines[3])?.[0]).toBe("app");
    expect(cells(lines[3])?.[6]).toBe("-");
    expect(lines).toHaveLength(5);
  });
});
