import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  DeleteLaunchTemplateVersionsCommand,
  DeleteSnapshotCommand,
  DeregisterImageCommand,
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSnapshotsCommand,
  RunInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { AwsApiSession, until } from "../testing/aws-api-session";

let aws: AwsApiSession;
beforeAll(async () => {
  aws = await AwsApiSession.start(["--time-scale", "0.003"]);
});
afterAll(async () => {
  await aws?.service.stop("SIGTERM");
  rmSync(aws.state, { recursive: true, force: true });
});

test("a group's instances carry what was written over SSH to the instance from which their image was made", async () => {
  const { ec2, autoScaling } = aws.clients();
  const { id, address } = await aws.launched("worker");
  const written = await aws.ssh(address, 'echo v2 > release && pwd && printf %s "$HOME" && cat image-name');
  expect(written).toMatch(/^(\S+)\n\1worker-base\n$/);
  await ec2.send(new StopInstancesCommand({ InstanceIds: [id] }));
  await aws.instanceIn("stopped", id);
  await expect(aws.ssh(address, "true")).rejects.toThrow(/Connection refused/);

  const image = await aws.imageOf(id, "worker v2");
  const { Snapshots = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: "tag:made-by", Values: ["test"] }] }),
  );
  expect(Snapshots.map(({ State, VolumeSize, Progress }) => [State, VolumeSize, Progress])).toEqual([
    ["completed", 8, "100%"],
    ["completed", 20, "100%"],
  ]);
  const version = await aws.versionWith("worker", image);
  const desired = {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateName: "worker", Version: version },
      Overrides: [{ InstanceType: "m5a.large" }],
    },
  };
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: "worker",
      DesiredConfiguration: { MixedInstancesPolicy: desired },
      Preferences: {
        MinHealthyPercentage: 100,
        MaxHealthyPercentage: 150,
        AutoRollback: true,
        InstanceWarmup: 60,
      },
    }),
  );
  expect((await aws.group("worker")).MixedInstancesPolicy).toMatchObject({
    LaunchTemplate: { LaunchTemplateSpecification: { Version: "1" } },
  });
  const { refresh, fewest } = await aws.refreshEnds("worker");
  expect(refresh).toMatchObject({ Status: "Successful", PercentageComplete: 100, InstancesToUpdate: 0 });
  expect(fewest).toBe(2);
  const group = await aws.group("worker");
  expect(group.MixedInstancesPolicy).toMatchObject(desired);
  const inService = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === "InService");
  expect(
    inService.map(({ InstanceType, LaunchTemplate }) => [InstanceType, LaunchTemplate?.Version]),
  ).toEqual([
    ["m5a.large", version],
    ["m5a.large", version],
  ]);
  for (const member of inService) {
    const { PublicIpAddress = "" } = await aws.instance(member.InstanceId ?? "");
    expect(await until(() => aws.ssh(PublicIpAddress, "cat release").catch(() => undefined))).toBe("v2\n");
  }
  await autoScaling.send(
    new StartInstanceRefreshCommand({
      AutoScalingGroupName: "worker",
      DesiredConfiguration: { MixedInstancesPolicy: desired },
      Preferences: { SkipMatching: true },
    }),
  );
  expect((await aws.refreshEnds("worker")).refresh.Status).toBe("Successful");
  const after = (await aws.group("worker")).Instances ?? [];
  expect(after.map(({ InstanceId }) => InstanceId)).toEqual(inService.map(({ InstanceId }) => InstanceId));
  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  expect((await aws.instanceIn("terminated", id)).PublicIpAddress).toBeUndefined();
});

test("a refresh whose launch fails rolls back: the group keeps its template, and its instances have the old version", async () => {
  const { autoScaling } = aws.clients();
  const { id } = await aws.launched("web");
  const version = await aws.versionWith("web", await aws.imageOf(id, "web v2"));
  const start = () =>
    autoScaling.send(
      new StartInstanceRefreshCommand({
        AutoScalingGroupName: "web",
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: "web", Version: version } },
        Preferences: { MinHealthyPercentage: 60, AutoRollback: true, InstanceWarmup: 0 },
      }),
    );
  await start();
  await expect(start()).rejects.toMatchObject({ name: "InstanceRefreshInProgressFault" });
  await until(
    async () =>
      (await aws.group("web")).Instances?.some(({ LaunchTemplate }) => LaunchTemplate?.Version === version) ||
      undefined,
  );
  const code = "InsufficientInstanceCapacity";
  await aws.control("PUT", "faults", [
    { match: { action: "Launch", name: "web" }, action: "error", code, message: "no capacity", times: 1 },
  ]);
  const { refresh } = await aws.refreshEnds("web");
  expect(refresh).toMatchObject({
    Status: "RollbackSuccessful",
    StatusReason: expect.stringContaining(code),
    RollbackDetails: { RollbackReason: expect.stringContaining("no capacity") },
  });
  const group = await aws.group("web");
  expect(group.LaunchTemplate?.Version).toBe("1");
  const inService = (group.Instances ?? []).filter(({ LifecycleState }) => LifecycleState === "InService");
  expect(inService.map(({ LaunchTemplate }) => LaunchTemplate?.Version)).toEqual(["1", "1", "1"]);

  await start();
  await autoScaling.send(new CancelInstanceRefreshCommand({ AutoScalingGroupName: "web" }));
  expect((await aws.refreshEnds("web")).refresh.Status).toBe("Cancelled");
  const page = { AutoScalingGroupName: "web", MaxRecords: 1 };
  const first = await autoScaling.send(new DescribeInstanceRefreshesCommand(page));
  const second = await autoScaling.send(
    new DescribeInstanceRefreshesCommand({ ...page, NextToken: first.NextToken }),
  );
  expect(first.InstanceRefreshes?.map(({ Status }) => Status)).toEqual(["Cancelled"]);
  expect(second.InstanceRefreshes).toEqual([refresh]);
  expect(second.NextToken).toBeUndefined();
  const byId = { AutoScalingGroupName: "web", InstanceRefreshIds: [refresh.InstanceRefreshId ?? ""] };
  expect((await autoScaling.send(new DescribeInstanceRefreshesCommand(byId))).InstanceRefreshes).toEqual([
    refresh,
  ]);
  await expect(
    autoScaling.send(new RollbackInstanceRefreshCommand({ AutoScalingGroupName: "web" })),
  ).rejects.toMatchObject({ name: "ActiveInstanceRefreshNotFoundFault" });
});

test("a request with a client token is done once, even if the answer to the first one is lost", async () => {
  const { ec2 } = aws.clients("eu-west-1", 3);
  const request = {
    MinCount: 1,
    MaxCount: 1,
    ClientToken: "one-instance",
    LaunchTemplate: { LaunchTemplateName: "app", Version: "$Latest" },
  };
  await aws.control("PUT", "faults", [
    { match: { action: "RunInstances" }, action: "crash-after", times: 1 },
  ]);
  const first = await ec2.send(new RunInstancesCommand(request));
  const second = await ec2.send(new RunInstancesCommand(request));
  expect(second.Instances?.[0]?.InstanceId).toBe(first.Instances?.[0]?.InstanceId);
  const found = await ec2.send(
    new DescribeInstancesCommand({ Filters: [{ Name: "client-token", Values: ["one-instance"] }] }),
  );
  expect(found.Reservations?.flatMap(({ Instances = [] }) => Instances)).toHaveLength(1);
  await expect(
    ec2.send(new RunInstancesCommand({ ...request, InstanceType: "t3.micro" })),
  ).rejects.toMatchObject({ name: "IdempotentParameterMismatch" });
  expect(await aws.control("GET", "faults")).toMatchObject({ met: [1] });
});

test("versions, images and snapshots are deleted one by one, and what is in use is refused", async () => {
  const { ec2 } = aws.clients();
  const { id, address } = await aws.launched("app");
  expect(await aws.ssh(address, "cat image-name")).toBe("base\n");
  const image = await aws.imageOf(id, "app v2");
  await expect(aws.imageOf(id, "app v2")).rejects.toMatchObject({ name: "InvalidAMIName.Duplicate" });
  const versions = [await aws.versionWith("app", image), await aws.versionWith("app", image)];
  const deleted = await ec2.send(
    new DeleteLaunchTemplateVersionsCommand({
      LaunchTemplateName: "app",
      Versions: ["1", ...versions, "99"],
    }),
  );
  expect(
    deleted.SuccessfullyDeletedLaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber),
  ).toEqual([2, 3]);
  expect(
    deleted.UnsuccessfullyDeletedLaunchTemplateVersions?.map(({ VersionNumber, ResponseError }) => [
      VersionNumber,
      ResponseError?.Code,
    ]),
  ).toEqual([
    [1, "unexpectedError"],
    [99, "launchTemplateVersionDoesNotExist"],
  ]);
  const { LaunchTemplates } = await ec2.send(
    new DescribeLaunchTemplatesCommand({ LaunchTemplateNames: ["app"] }),
  );
  expect(LaunchTemplates?.[0]?.LatestVersionNumber).toBe(1);
  expect(await aws.versionWith("app", image)).toBe("4");
  const described = await ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName: "app" }));
  expect(described.LaunchTemplateVersions?.map(({ VersionNumber }) => VersionNumber)).toEqual([4, 1]);

  const { Snapshots = [] } = await ec2.send(
    new DescribeSnapshotsCommand({ Filters: [{ Name: "description", Values: [`*for ${image}`] }] }),
  );
  const [snapshot] = Snapshots.flatMap(({ SnapshotId }) => SnapshotId ?? []);
  await expect(ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }))).rejects.toMatchObject({
    name: "InvalidSnapshot.InUse",
  });
  await ec2.send(new DeregisterImageCommand({ ImageId: image }));
  await ec2.send(new DeleteSnapshotCommand({ SnapshotId: snapshot }));
  const launch = (Version: string) =>
    ec2.send(
      new RunInstancesCommand({
        MinCount: 1,
        MaxCount: 1,
        LaunchTemplate: { LaunchTemplateName: "app", Version },
      }),
    );
  await expect(launch("2")).rejects.toMatchObject({ name: "InvalidLaunchTemplateId.VersionNotFound" });
  await expect(launch("4")).rejects.toMatchObject({ name: "InvalidAMIID.NotFound" });
  const status = await ec2.send(new DescribeInstanceStatusCommand({ InstanceIds: [id] }));
  expect(status.InstanceStatuses?.[0]?.InstanceState?.Name).toBe("running");

  await ec2.send(new TerminateInstancesCommand({ InstanceIds: [id] }));
  await aws.instanceIn("terminated", id);
  await expect(ec2.send(new StopInstancesCommand({ InstanceIds: [id] }))).rejects.toMatchObject({
    name: "IncorrectInstanceState",
  });
  await expect(ec2.send(new CreateImageCommand({ InstanceId: id, Name: "too late" }))).rejects.toMatchObject({
    name: "IncorrectInstanceState",
  });
  await expect(ec2.send(new DeregisterImageCommand({ ImageId: image }))).rejects.toMatchObject({
    name: "InvalidAMIID.NotFound",
  });
  await expect(aws.versionWith("app", image)).rejects.toMatchObject({ name: "InvalidAMIID.NotFound" });
});

test("botocore reads every request and answer of these tests as the service meant it, and the check finds mistakes", async () => {
  expect(await aws.check()).toMatch(/^\d{3,} exchanges, 0 differences$/m);
  const file = join(aws.state, "changed.jsonl");
  const answered = aws
    .exchanges()
    .find((line) => line.includes('"RunInstances"') && line.includes('"status":200'));
  const exchange = JSON.parse(answered ?? "{}");
  for (const [from, to] of [
    ["<reservationId>", "<unknown>1</unknown><reservationId>"],
    ["<name>pending</name>", "<name>booting</name>"],
  ] as const) {
    writeFileSync(file, `${JSON.stringify({ ...exchange, body: exchange.body.replace(from, to) })}\n`);
    await expect(aws.check(file)).rejects.toMatchObject({ code: 1 });
  }
});
