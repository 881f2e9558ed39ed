import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { RollingTarget } from "../support/rolling/rolling-target";
import { configFor, KEPT_VERSIONS, SIXTEEN_GROUPS, UNIQUE_IMAGES } from "./rolling/sixteen-groups";

const target = new RollingTarget(SIXTEEN_GROUPS, 0.005, 11);
beforeAll(() => target.start());
afterAll(() => target.checkout.close());

const release = async (config: object) => {
  target.configure(config);
  return target.up();
};

describe("releases to 16 groups with 6 images in 3 regions", () => {
  it("launch one instance for each unique image, and bring every group to the new version", async () => {
    const { code, output } = await release(configFor("v1"));
    expect(code, output).toBe(0);
    expect(await target.launchedFor("v1")).toHaveLength(UNIQUE_IMAGES);
    expect(await target.content("v1")).toMatchObject({
      temporaryInstances: [],
      // The image "data" has two volumes.
      snapshots: UNIQUE_IMAGES / 2 + 2 * (UNIQUE_IMAGES / 2),
      orphanedSnapshots: [],
      outdatedGroups: [],
    });
  });

  it("do nothing when the revision is unchanged, and a refresh finds nothing", async () => {
    const again = await target.up();
    expect(again.summary.changes, again.output).toMatchObject({
      create: 0,
      update: 0,
      replace: 0,
      delete: 0,
    });
    const refreshed = await target.checkout.onTarget(
      ...["pulumi", "refresh", "--stack", "rolling", "--yes", "--non-interactive", "--expect-no-changes"],
    ).finished;
    expect(refreshed.code, refreshed.output).toBe(0);
  });

  it("keep the configured number of earlier versions, each with its image and snapshots", async () => {
    for (const revision of ["v2", "v3", "v4", "v5"]) {
      const { code, output } = await release(configFor(revision));
      expect(code, output).toBe(0);
      expect(await target.launchedFor(revision)).toHaveLength(UNIQUE_IMAGES);
    }
    const { images, versions, ...content } = await target.content("v5");
    expect(images).toHaveLength(UNIQUE_IMAGES);
    for (const line of [...images, ...versions]) {
      expect(line).toMatch(new RegExp(`: ${KEPT_VERSIONS + 1}$`));
    }
    expect(content).toEqual({
      temporaryInstances: [],
      snapshots: (KEPT_VERSIONS + 1) * (UNIQUE_IMAGES / 2 + 2 * (UNIQUE_IMAGES / 2)),
      orphanedSnapshots: [],
      outdatedGroups: [],
    });
    // The images of v1 and v2 are outdated, and so are their snapshots.
    expect(await target.calls("ec2:DeregisterImage")).toEqual({ calls: 2 * UNIQUE_IMAGES, errors: 0 });
    expect(await target.calls("ec2:DeleteSnapshot")).toEqual({
      calls: 2 * (UNIQUE_IMAGES / 2 + 2 * (UNIQUE_IMAGES / 2)),
      errors: 0,
    });
  });

  it("finish all other images when one instance is not launched", async () => {
    await target.setFaults([
      {
        match: { action: "RunInstances", region: "us-east-1" },
        ...{
          action: "error",
          code: "VcpuLimitExceeded",
          message: "You have requested more vCPU capacity",
          times: 1,
        },
      },
    ]);
    const failed = await release(configFor("v5a"));
    expect(failed.code, failed.output).toBe(1);
    expect(failed.output).toMatch(
      /INSTANCE_NOT_LAUNCHED: .*us-east-1.*You have requested more vCPU capacity/,
    );
    expect(await target.launchedFor("v5a")).toHaveLength(UNIQUE_IMAGES - 1);
    const { temporaryInstances, outdatedGroups } = await target.content("v5a");
    expect(temporaryInstances).toEqual([]);
    expect(outdatedGroups.length).toBeGreaterThan(0);
    expect(outdatedGroups.every((group) => group.startsWith("us-east-1 "))).toBe(true);

    const finished = await target.up();
    expect(finished.code, finished.output).toBe(0);
    expect(await target.launchedFor("v5a")).toHaveLength(UNIQUE_IMAGES);
    expect((await target.content("v5a")).outdatedGroups).toEqual([]);
  });

  it("finish all other images when the deploy step of one fails, and terminate the failed instance", async () => {
    const failing =
      'case "$CHAINFLEET_ROLES" in *us-east-1-g3*) echo broken >&2; exit 7;; esac; echo "$CHAINFLEET_REVISION" > revision';
    const failed = await release(configFor("v6", {}, failing));
    expect(failed.code, failed.output).toBe(1);
    expect(failed.output).toContain("us-east-1-data-a-code");
    expect(await target.launchedFor("v6")).toHaveLength(UNIQUE_IMAGES);
    const content = await target.content("v6");
    expect(content.temporaryInstances).toEqual([]);
    expect(content.outdatedGroups).toEqual(["us-east-1 g3", "us-east-1 g4"]);

    const repaired = await release(configFor("v6"));
    expect(repaired.code, repaired.output).toBe(0);
    expect((await target.content("v6")).outdatedGroups).toEqual([]);
  });

  it.each([
    { stage: "instances boot", type: "TemporaryInstance" },
    { stage: "the revision is deployed", type: "Command" },
    { stage: "images are made", type: "MachineImage" },
  ])(
    "leave no temporary instance when they are stopped with Ctrl+C while $stage, and the next run finishes them",
    async ({ type }) => {
      const revision = `stopped-${type.toLowerCase()}`;
      target.configure(configFor(revision));
      const startedAt = Date.now();
      const run = target.startUp();
      await vi.waitFor(() => expect(typesBegunSince(startedAt)).toContain(type), {
        timeout: 60_000,
        interval: 200,
      });
      run.child.kill("SIGINT");
      const { code, output } = await run.finished;
      expect(code, output).toBe(130);
      const { temporaryInstances, orphanedSnapshots } = await target.content(revision);
      expect({ temporaryInstances, orphanedSnapshots }, output).toEqual({
        temporaryInstances: [],
        orphanedSnapshots: [],
      });

      const finished = await target.up();
      expect(finished.code, finished.output).toBe(0);
      expect((await target.content(revision)).outdatedGroups).toEqual([]);
    },
  );

  it("fail for every refresh that does not end as Successful, and finish all others", async () => {
    await target.setAlarms(["errors"]);
    target.configure(
      configFor("v7", {
        "eu-west-1-g0": { alarms: ["errors"], autoRollback: false },
        "eu-west-1-g2": { alarms: ["errors"], autoRollback: true },
        // Long enough for the test to interfere.
        "us-east-1-g0": { checkpoints: { percentages: [50, 100], delaySeconds: 100_000 } },
        "us-east-1-g2": { checkpoints: { percentages: [50, 100], delaySeconds: 100_000 } },
      }),
    );
    const run = target.startUp();
    await refreshing("us-east-1", "g0");
    await target.cancelRefresh("us-east-1", "g0");
    await refreshing("us-east-1", "g2");
    await target.deleteGroup("us-east-1", "g2");
    const { code, output } = await run.finished;
    expect(code, output).toBe(1);
    expect(output).toMatch(
      /Group eu-west-1-g0: the instance refresh \S+ of g0 \(eu-west-1\) ended as Failed/,
    );
    expect(output).toMatch(/Group eu-west-1-g2: .* ended as RollbackSuccessful/);
    expect(output).toMatch(/Group us-east-1-g0: .* ended as Cancelled/);
    expect(output).toMatch(/Group us-east-1-g2: there is no Auto Scaling Group g2 in us-east-1/);
    const { outdatedGroups, temporaryInstances } = await target.content("v7");
    expect(outdatedGroups).toEqual(["eu-west-1 g0", "eu-west-1 g2", "us-east-1 g0"]);
    expect(temporaryInstances).toEqual([]);
  });
});

describe("a group with the strategy standard", () => {
  it("is deployed on its running instances, the primary one first, without a launch or a refresh", async () => {
    const [region, group] = ["ap-southeast-2", "g0"] as const;
    const config = configFor("v8") as { readonly groups: readonly object[] };
    const steps = [
      { name: "code", run: 'echo "$CHAINFLEET_REVISION" > revision' },
      { name: "migrate", roles: ["db"], run: "echo migrated > migration" },
    ];
    const standard = {
      ...{ name: "direct", autoScalingGroup: group, region, strategy: "standard" },
      ...{ roles: ["web"], primaryRoles: ["web", "db"] },
    };
    const { code, output } = await release({ ...config, deploy: steps, groups: [standard] });
    expect(code, output).toBe(0);
    expect(await target.launchedFor("v8")).toEqual([]);
    const instances = await target.instancesOf(region, group);
    expect(instances).toHaveLength(2);
    const disks = instances.map((id) => target.checkout.path(".chainfleet/local/aws-api/disks", id));
    for (const disk of disks) {
      expect(readFileSync(join(disk, "revision"), "utf8")).toBe("v8\n");
    }
    // The first instance by its id is the primary one.
    expect(disks.map((disk) => existsSync(join(disk, "migration")))).toEqual([true, false]);
  });
});

/** Waits until a refresh of the group is in progress. */
async function refreshing(region: string, group: string): Promise<void> {
  await expect
    .poll(() => target.refreshStatus(region, group), { timeout: 120_000, interval: 200 })
    .toBe("InProgress");
}

/** The last parts of the types of the resources that the engine has begun to work on. @param startedAt milliseconds since 1970 */
function typesBegunSince(startedAt: number): string[] {
  return target.checkout
    .eventsOfLastRun()
    .filter(({ at }) => at >= startedAt)
    .flatMap(({ event }) => event.resourcePreEvent?.metadata.type.split(":").at(-1) ?? []);
}
