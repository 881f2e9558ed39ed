import {
  DescribeImagesCommand,
  DescribeInstancesCommand,
  DescribeSnapshotsCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { DYNAMIC_TYPE_PREFIX } from "../../components/engine/dynamic-type";
import { until } from "../../local/testing/aws-api-session";
import type { Diagnosis } from "../../scripts/doctor/doctor";
import { FLEET, printed, RollingProject } from "../support/rolling/rolling-project";

let project: RollingProject;
beforeAll(async () => {
  project = await RollingProject.start(0.01);
});
afterAll(() => project?.close());
afterEach(async () => {
  await project.setFaults();
  project.configure({});
});

const REGIONS = ["eu-west-1", "us-east-1"];
const names = FLEET.map(({ name }) => name);

/** The ids of the instances, images and snapshots with the tags of the stack that exist in all regions. */
async function tagged(): Promise<string[]> {
  const Filters = [{ Name: "tag:chainfleet:stack", Values: ["chainfleet/shop"] }];
  const alive = { Name: "instance-state-name", Values: ["pending", "running", "stopping", "stopped"] };
  const found = await Promise.all(
    REGIONS.map(async (region) => {
      const { ec2 } = project.aws.clients(region);
      const [{ Reservations = [] }, { Images = [] }, { Snapshots = [] }] = await Promise.all([
        ec2.send(new DescribeInstancesCommand({ Filters: [...Filters, alive] })),
        ec2.send(new DescribeImagesCommand({ Filters })),
        ec2.send(new DescribeSnapshotsCommand({ Filters })),
      ]);
      return [
        ...Reservations.flatMap(({ Instances = [] }) => Instances).map(({ InstanceId }) => InstanceId),
        ...Images.map(({ ImageId }) => ImageId),
        ...Snapshots.map(({ SnapshotId }) => SnapshotId),
      ];
    }),
  );
  return found.flat().map(String).sort();
}

const inService = async (group: string) =>
  ((await project.aws.group(group)).Instances ?? [])
    .filter(({ LifecycleState }) => LifecycleState === "InService")
    .map(({ InstanceId }) => String(InstanceId))
    .sort();

describe("chainfleet rolling status", () => {
  it("shows each group in the order of the config, and groups that do not exist as errors", async () => {
    const { code, json } = await project.rollingJson("status");
    expect(code).toBe(0);
    expect(json.groups.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(json.groups[0]).toMatchObject({ revision: null, inService: 4, desired: 4, refresh: null });

    const gone = { name: "gone", autoScalingGroup: "gone", region: "eu-west-1" };
    project.configure({ groups: [gone, ...FLEET] });
    const second = await project.rolling("status", "--group", "web", "gone");
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(
      /^GROUP_GONE\nGroup gone: there is no Auto Scaling Group gone in eu-west-1/,
    );
    expect(second.stdout).toMatch(/│ web /);
    expect(second.stdout).not.toMatch(/│ app /);
  });
});

describe("chainfleet doctor", () => {
  async function checks() {
    const { stdout } = await project.start("doctor", "--json").finished;
    const { checks: made } = JSON.parse(stdout) as Diagnosis;
    return Object.fromEntries(
      made.filter(({ name }) => name.startsWith("rolling")).map(({ name, ...check }) => [name, check]),
    );
  }

  it("looks for the SSH key, and for the groups with their launch templates and images", async () => {
    expect(await checks()).toMatchObject({
      "rolling: SSH key": { result: "ok" },
      "rolling: Auto Scaling Groups": {
        result: "ok",
        detail: `${FLEET.length} with launch templates and images, in eu-west-1, us-east-1`,
      },
    });
    const gone = { name: "gone", autoScalingGroup: "gone", region: "eu-west-1" };
    project.configure({ groups: [gone, ...FLEET], ssh: { privateKeyFile: "no-such-key" } });
    expect(await checks()).toMatchObject({
      "rolling: SSH key": { result: "missing", required: true },
      "rolling: Auto Scaling Groups": {
        result: "missing",
        detail: expect.stringContaining("gone: gone in eu-west-1 does not exist"),
      },
    });
  });
});

describe("chainfleet rolling launch and sweep", () => {
  const deploy = [
    { name: "code", run: 'echo "$CHAINFLEET_REVISION for $CHAINFLEET_ROLES" && echo problem >&2' },
    { name: "broken", roles: ["worker"], run: "echo before; exit 3; echo after" },
    { name: "last", run: "echo done" },
  ];

  it("launch one instance for each image, deploy, and report the failure of one instance beside the others", async () => {
    project.configure({ deploy });
    const { code, json, stderr } = await project.rollingJson("launch", "--deploy");
    expect(code, stderr).toBe(1);
    const [web, worker, us] = json.instances;
    expect([web.groups, worker.groups, us.groups]).toEqual([["app", "web"], ["worker"], ["web-us"]]);
    expect(await tagged()).toEqual([web.id, worker.id, us.id].sort());
    expect(worker.error).toMatchObject({ code: "DEPLOY_STEP_FAILED" });
    expect(worker.error.summary).toContain("step broken failed");
    expect(worker.error.summary).toContain("exit code 3");
    expect([web.error, us.error]).toEqual([undefined, undefined]);
    for (const line of [
      `${web.key} | code: v1.0.0 for app web`,
      `${web.key} | code: problem`,
      `${web.key} | last: done`,
      `${worker.key} | broken: before`,
    ]) {
      expect(stderr.split("\n")).toContain(line);
    }
    expect(stderr).not.toContain("broken: after");
    expect(stderr).not.toContain(`${worker.key} | last`);
  });

  it("tag the instances as none of the release's own", async () => {
    const [id = ""] = await tagged();
    const { Tags = [] } = await project.aws.instance(id).catch(() => project.aws.instance(id, "us-east-1"));
    const releaseId = Tags.find(({ Key }) => Key === "chainfleet:release-id")?.Value;
    expect(releaseId).toMatch(/^v1\.0\.0-[0-9a-f]{8}\/launch-[0-9a-f]{8}$/);
  });

  it("delete nothing in a dry run, without a terminal, or what the state knows", async () => {
    const before = await tagged();
    const dry = await project.rollingJson("sweep", "--dry-run");
    expect(
      dry.json.calls.map(({ input }: { input: { InstanceIds: string[] } }) => input.InstanceIds[0]).sort(),
    ).toEqual(before);
    const refused = await project.rollingJson("sweep");
    expect([refused.code, refused.json.error.code]).toEqual([1, "CONFIRMATION_IMPOSSIBLE"]);
    expect(await tagged()).toEqual(before);

    const [known = "", ...unknown] = before;
    const type = `${DYNAMIC_TYPE_PREFIX}TemporaryInstance`;
    const outputs = { instanceId: known };
    await project.importState([
      { urn: project.urn(type, "app"), type, custom: true, id: known, inputs: {}, outputs },
    ]);
    const { code, json } = await project.rollingJson("sweep", "--yes");
    expect(code).toBe(0);
    expect(json.leftovers.map(({ id }: { id: string }) => id).sort()).toEqual(unknown);
    expect(await tagged()).toEqual([known]);
    await project.importState([]);
  });

  it("show a resource that could not be deleted as an error beside the others, and delete it in the next run", async () => {
    await project.rollingJson("launch", "--group", "worker");
    const before = await tagged();
    expect(before).toHaveLength(2);
    await project.setFaults({
      match: { action: "TerminateInstances", name: before[0] },
      action: "error",
      code: "OperationNotPermitted",
    });
    const first = await project.rollingJson("sweep", "--yes");
    expect(first.code).toBe(1);
    const failed = first.json.leftovers.find(({ id }: { id: string }) => id === before[0]);
    expect(failed).toMatchObject({ deleted: false, error: { code: "AWS_CALL_FAILED" } });
    expect(failed.error.summary).toContain("OperationNotPermitted");
    expect(await tagged()).toEqual([before[0]]);
    await project.setFaults();
    expect((await project.rolling("sweep", "--yes")).code).toBe(0);
    expect((await project.rollingJson("sweep")).json).toEqual({ leftovers: [] });
  });

  it("keep every instance that was launched although another launch failed", async () => {
    await project.setFaults({
      match: { action: "RunInstances", region: "us-east-1" },
      action: "error",
      code: "InsufficientInstanceCapacity",
    });
    const { code, json } = await project.rollingJson("launch");
    expect(code).toBe(1);
    const ids = json.instances.map(({ id }: { id: string | null }) => id);
    expect(ids[2]).toBeNull();
    expect(json.instances[2].error.code).toBe("INSTANCE_NOT_LAUNCHED");
    expect(await tagged()).toEqual(ids.slice(0, 2).sort());
    expect((await project.rolling("sweep", "--yes")).code).toBe(0);
    expect(await tagged()).toEqual([]);
  });
});

describe("chainfleet rolling trigger", () => {
  it("really replaces the instances of every group, again and again, and finishes the groups beside a failing one", async () => {
    project.configure({ refresh: { skipMatching: false, minHealthyPercentage: 0 } });
    const before = await inService("app");
    const first = await project.rollingJson("trigger");
    expect(first.code, first.stderr).toBe(0);
    expect((await inService("app")).filter((id) => before.includes(id))).toEqual([]);

    await project.setFaults({
      match: { action: "StartInstanceRefresh", name: "worker" },
      action: "error",
      code: "ResourceContention",
    });
    const second = await project.rollingJson("trigger");
    expect(second.code).toBe(1);
    expect(second.json.groups.map(({ name }: { name: string }) => name)).toEqual(names);
    for (const [index, { refresh, error }] of second.json.groups.entries()) {
      if (names[index] === "worker") {
        expect(error.code).toBe("REFRESH_REFUSED");
      } else {
        expect(refresh.result).toBe("Successful");
        expect(refresh.id).not.toBe(first.json.groups[index].refresh.id);
      }
    }
  });

  it("changes nothing in a dry run", async () => {
    const { json: before } = await project.rollingJson("status");
    const { code, json } = await project.rollingJson("trigger", "--dry-run", "--group", "app");
    expect(code).toBe(0);
    expect(json.calls).toEqual([
      {
        region: "eu-west-1",
        call: "autoscaling:StartInstanceRefresh",
        input: expect.objectContaining({ AutoScalingGroupName: "app" }),
      },
    ]);
    expect((await project.rollingJson("status")).json).toEqual(before);
  });

  it("stops waiting at Ctrl+C, and names the refreshes that go on", async () => {
    project.configure({ refresh: { skipMatching: false, warmupSeconds: 600 } });
    const running = project.start("rolling", "trigger", "--group", "app");
    await printed(running, "InProgress");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    const [, id] =
      /INTERRUPTED\nStopped waiting\. These .* in AWS:\n {2}app \(eu-west-1\): (\S+)\n/.exec(stderr) ?? [];
    expect(stderr).toContain("chainfleet rolling status --stack shop");
    const { json } = await project.rollingJson("status", "--group", "app");
    expect(json.groups[0].refresh).toMatchObject({ id, status: "InProgress" });
    await project.aws.refreshEnds("app");
  });
});

describe("chainfleet rolling create-image", () => {
  it("makes an image and a version of each group, and the instances are the same and in service afterwards", async () => {
    const before = await inService("worker");
    const { code, json, stderr } = await project.rollingJson("create-image");
    expect(code, stderr).toBe(0);
    expect(json.groups.map(({ name }: { name: string }) => name)).toEqual(names);
    expect(await inService("worker")).toEqual(before);
    const { imageId, instanceId, version } = json.groups[2];
    expect(instanceId).toBe(before[0]);
    expect(version).toBe(2);
    const { Images = [] } = await project.aws
      .clients()
      .ec2.send(new DescribeImagesCommand({ ImageIds: [imageId] }));
    expect(Images[0]?.BlockDeviceMappings?.filter(({ Ebs }) => Ebs?.SnapshotId)).toHaveLength(2);
    // The versions use all images, so that nothing is left over.
    expect((await project.rollingJson("sweep")).json).toEqual({ leftovers: [] });
  });

  it("brings the instance back into service if the image cannot be made", async () => {
    const before = await inService("web");
    await project.setFaults({
      match: { action: "CreateImage" },
      action: "error",
      code: "ResourceLimitExceeded",
    });
    const { code, json } = await project.rollingJson("create-image", "--group", "web");
    expect(code).toBe(1);
    expect(json.groups[0].error.summary).toMatch(/ResourceLimitExceeded(.|\n)*the instance is in service/);
    expect(await inService("web")).toEqual(before);
  });

  it("brings the instance back at Ctrl+C, and names the image that nothing uses with the command that deletes it", async () => {
    const before = await inService("web");
    const known = await tagged();
    const running = project.start("rolling", "create-image", "--group", "web");
    await printed(running, "waiting for the image");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toContain("the instance is in service");
    const [, image = ""] = /No launch template version uses the image (\S+)\. To delete/.exec(stderr) ?? [];
    expect(await inService("web")).toEqual(before);
    await until(async () => {
      const { Images } = await project.aws
        .clients()
        .ec2.send(new DescribeImagesCommand({ ImageIds: [image] }));
      return Images?.[0]?.State === "available" || undefined;
    });
    const { json } = await project.rollingJson("sweep", "--yes");
    expect(json.leftovers).toMatchObject([{ kind: "image", id: image, deleted: true }]);
    expect(await tagged()).toEqual(known);
  });

  it("names the commands that bring the instance back if Ctrl+C is pressed twice", async () => {
    const running = project.start("rolling", "create-image", "--group", "app");
    await printed(running, ": stopping");
    running.child.kill("SIGINT");
    await printed(running, "Press Ctrl+C again");
    running.child.kill("SIGINT");
    const { code, stderr } = await running.finished;
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /aws ec2 start-instances --region eu-west-1 --instance-ids i-\S+ && .*exit-standby .*'app' --instance-ids i-/,
    );
  });
});
