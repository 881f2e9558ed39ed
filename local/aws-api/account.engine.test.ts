import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  DescribeInstanceRefreshesCommand,
  SetDesiredCapacityCommand,
  StartInstanceRefreshCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeLaunchTemplatesCommand,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { afterAll, beforeAll, expect, test } from "vitest";
import { STATE_MARKER } from "../kubernetes/control-plane/children";
import { processesWithVariable } from "../services/processes";
import { AwsApiSession, until } from "../testing/aws-api-session";

let aws: AwsApiSession;
const sessions: AwsApiSession[] = [];
beforeAll(async () => {
  aws = await AwsApiSession.start(["--time-scale", "0.003"]);
  sessions.push(aws);
});
afterAll(async () => {
  for (const { service, state } of sessions) {
    await service.stop("SIGTERM");
    rmSync(state, { recursive: true, force: true });
  }
});

test("a group replaces an instance that ends, and follows its desired capacity", async () => {
  const { autoScaling } = aws.clients();
  const before = (await aws.group("app")).Instances ?? [];
  const first = before[0]?.InstanceId ?? "";
  await autoScaling.send(
    new TerminateInstanceInAutoScalingGroupCommand({
      InstanceId: first,
      ShouldDecrementDesiredCapacity: false,
    }),
  );
  const inService = async (count: number) =>
    until(async () => {
      const { Instances = [] } = await aws.group("app");
      const serving = Instances.filter(({ LifecycleState }) => LifecycleState === "InService");
      return serving.length === count && Instances.length === count ? serving : undefined;
    });
  expect((await inService(before.length)).map(({ InstanceId }) => InstanceId)).not.toContain(first);
  await autoScaling.send(new SetDesiredCapacityCommand({ AutoScalingGroupName: "app", DesiredCapacity: 1 }));
  await inService(1);
  await expect(
    autoScaling.send(
      new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: "app", MaxSize: 1, DesiredCapacity: 2 }),
    ),
  ).rejects.toMatchObject({ name: "ValidationError" });
});

test("an alarm in the state ALARM fails a refresh, and an unknown version is refused", async () => {
  const { autoScaling } = aws.clients("us-east-1");
  const group = { AutoScalingGroupName: "web" };
  const start = (Version: string) =>
    autoScaling.send(
      new StartInstanceRefreshCommand({
        ...group,
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: "web", Version } },
        Preferences: { MinHealthyPercentage: 50, AlarmSpecification: { Alarms: ["errors"] } },
      }),
    );
  await expect(start("9")).rejects.toMatchObject({ name: "ValidationError" });
  await aws.control("PUT", "alarms", ["errors"]);
  await start("1");
  const ended = await until(async () => {
    const { InstanceRefreshes } = await autoScaling.send(new DescribeInstanceRefreshesCommand(group));
    return InstanceRefreshes?.find(({ EndTime }) => EndTime !== undefined);
  });
  expect(ended).toMatchObject({ Status: "Failed", StatusReason: "The alarm errors is in the state ALARM." });
});

test("on a slow account an image is pending for minutes, and requests above the rate limit are refused and counted", async () => {
  const fleet = join(aws.state, "small-fleet.json");
  const regions = ["eu-west-1"];
  const volumes = [{ device: "/dev/xvda", gibibytes: 8 }];
  writeFileSync(
    fleet,
    JSON.stringify({
      images: [{ name: "base", regions, users: ["admin"], volumes }],
      templates: [{ name: "one", regions, image: "base", instanceType: "t3.nano" }],
      groups: [{ name: "one", region: "eu-west-1", template: "one", desired: 1, maximum: 1 }],
    }),
  );
  const slow = await AwsApiSession.start(["--time-scale", "10", "--fleet", fleet]);
  sessions.push(slow);
  const { ec2, autoScaling } = slow.clients();
  const InstanceId = (await slow.group("one")).Instances?.[0]?.InstanceId;
  const image = { InstanceId, Name: "next", NoReboot: true };
  const { ImageId } = await ec2.send(new CreateImageCommand(image));
  const launch = new RunInstancesCommand({ MinCount: 1, MaxCount: 1, ImageId });
  await expect(ec2.send(launch)).rejects.toMatchObject({ name: "InvalidAMIID.Unavailable" });
  const LaunchTemplateData = { ImageId };
  const version = { LaunchTemplateName: "one", SourceVersion: "1", LaunchTemplateData };
  await ec2.send(new CreateLaunchTemplateVersionCommand(version));
  const refresh = {
    AutoScalingGroupName: "one",
    DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: "one", Version: "2" } },
  };
  await expect(autoScaling.send(new StartInstanceRefreshCommand(refresh))).rejects.toMatchObject({
    name: "ValidationError",
    message: expect.stringContaining("fully-formed launch template"),
  });

  const calls = Array.from({ length: 80 }, () => ec2.send(new DescribeLaunchTemplatesCommand({})));
  const results = await Promise.allSettled(calls);
  const refused = results.filter(({ status }) => status === "rejected");
  expect(refused.length).toBeGreaterThan(10);
  expect(refused[0]).toMatchObject({
    reason: { name: "RequestLimitExceeded", $metadata: { httpStatusCode: 503 } },
  });
  expect(await slow.control("GET", "statistics")).toMatchObject({
    actions: { "ec2:DescribeLaunchTemplates eu-west-1": { calls: 80, throttles: refused.length, errors: 0 } },
  });
  expect(await slow.service.stop("SIGTERM")).toBe(0);
  expect(processesWithVariable(STATE_MARKER, slow.state)).toEqual([]);
});

test("botocore reads every request and answer of these tests as the service meant it", async () => {
  expect(await aws.check()).toMatch(/^\d+ exchanges, 0 differences$/m);
});

test("after kill -9 and a restart the account has the fleet again, and no SSH server of before", async () => {
  const before = (await aws.group("worker")).Instances?.map(({ InstanceId }) => InstanceId) ?? [];
  const { PublicIpAddress = "" } = await aws.instance(before[0] ?? "");
  const session = aws.ssh(PublicIpAddress, "sleep 300").catch((error: Error) => error.message);
  await aws.service.stop("SIGKILL");
  const restarted = await AwsApiSession.start(["--time-scale", "0.003"], aws.state);
  sessions.push(restarted);
  expect(await session).toBeTruthy();
  const group = await restarted.group("worker");
  expect(group.MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification?.Version).toBe("1");
  for (const { InstanceId = "" } of group.Instances ?? []) {
    const { PublicIpAddress: address = "" } = await restarted.instance(InstanceId);
    expect(await restarted.ssh(address, "ls")).toBe("image-name\n");
  }
  expect(await restarted.service.stop("SIGTERM")).toBe(0);
  expect(processesWithVariable(STATE_MARKER, restarted.state)).toEqual([]);
});
