import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { promisify } from "node:util";
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
} from "@aws-sdk/client-auto-scaling";
import {
  CreateImageCommand,
  CreateLaunchTemplateVersionCommand,
  DescribeImagesCommand,
  DescribeInstancesCommand,
  EC2Client,
  type Instance,
  RunInstancesCommand,
} from "@aws-sdk/client-ec2";
import { motoProgram } from "../aws-api/programs/moto";
import { CHECKOUT } from "../root";
import { ServiceProcess } from "./service-process";

const run = promisify(execFile);

/** A local AWS API of a test's own, with the clients of the AWS SDK. */
export class AwsApiSession {
  private constructor(
    readonly service: ServiceProcess,
    readonly state: string,
    readonly recording: string,
  ) {}

  static async start(
    options: readonly string[],
    state = mkdtempSync(join(tmpdir(), "aws-api-")),
  ): Promise<AwsApiSession> {
    const recording = join(state, "recording.jsonl");
    const service = await ServiceProcess.start("local/aws-api/main.ts", [
      ...["--state", state, "--seed", "1", "--record", recording],
      ...options,
    ]);
    return new AwsApiSession(service, state, recording);
  }

  /** Clients without retries, so that a test sees each refusal. */
  clients(region = "eu-west-1", maxAttempts = 1): { ec2: EC2Client; autoScaling: AutoScalingClient } {
    const settings = {
      region,
      endpoint: this.service.url("http"),
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts,
    };
    return { ec2: new EC2Client(settings), autoScaling: new AutoScalingClient(settings) };
  }

  async control<Answer>(method: "GET" | "PUT" | "DELETE", path: string, body?: unknown): Promise<Answer> {
    const answer = await fetch(`${this.service.url("http")}/_control/${path}`, {
      method,
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    return (await answer.json()) as Answer;
  }

  /** Runs a command on an instance through the ssh client, and returns what the command printed. */
  async ssh(address: string, command: string, user = "ec2-user"): Promise<string> {
    const options = [
      "StrictHostKeyChecking=no",
      "UserKnownHostsFile=/dev/null",
      "LogLevel=ERROR",
      "BatchMode=yes",
    ];
    const { stdout } = await run("ssh", [
      ...["-i", join(this.state, "ssh", "id_ed25519"), "-p", "2222"],
      ...options.flatMap((option) => ["-o", option]),
      `${user}@${address}`,
      command,
    ]);
    return stdout;
  }

  /** The service's exchanges with its clients, one line of JSON each. */
  exchanges(): string[] {
    return readFileSync(this.recording, "utf8").trimEnd().split("\n");
  }

  /** Launches an instance of a template and waits until it answers over SSH. */
  async launched(template: string): Promise<{ id: string; address: string }> {
    const LaunchTemplate = { LaunchTemplateName: template };
    const { Instances = [] } = await this.clients().ec2.send(
      new RunInstancesCommand({ MinCount: 1, MaxCount: 1, LaunchTemplate }),
    );
    const id = Instances[0]?.InstanceId ?? "";
    const { PublicIpAddress: address = "" } = await this.instanceIn("running", id);
    await until(() =>
      this.ssh(address, "true").then(
        () => true,
        () => undefined,
      ),
    );
    return { id, address };
  }

  /** Makes an image of an instance and waits until it is available. Image and snapshots have the tag `made-by`. */
  async imageOf(id: string, name: string): Promise<string> {
    const Tags = [{ Key: "made-by", Value: "test" }];
    const { ec2 } = this.clients();
    const { ImageId = "" } = await ec2.send(
      new CreateImageCommand({
        InstanceId: id,
        Name: name,
        TagSpecifications: [
          { ResourceType: "image", Tags },
          { ResourceType: "snapshot", Tags },
        ],
      }),
    );
    await until(async () => {
      const { Images } = await ec2.send(new DescribeImagesCommand({ ImageIds: [ImageId] }));
      return Images?.[0]?.State === "available" || undefined;
    });
    return ImageId;
  }

  /** Makes a version of a template that differs from the latest one in the image. Returns its number. */
  async versionWith(template: string, ImageId: string): Promise<string> {
    const { LaunchTemplateVersion } = await this.clients().ec2.send(
      new CreateLaunchTemplateVersionCommand({
        LaunchTemplateName: template,
        SourceVersion: "$Latest",
        LaunchTemplateData: { ImageId },
      }),
    );
    return String(LaunchTemplateVersion?.VersionNumber);
  }

  /** The instances in service of a group. */
  async inService(groupName: string) {
    const { Instances = [] } = await this.group(groupName);
    return Instances.filter(({ LifecycleState }) => LifecycleState === "InService");
  }

  /** Has botocore read the recorded exchanges, or those of another file. Returns what the check prints; throws if it finds a difference. */
  async check(file = this.recording): Promise<string> {
    const { python } = await motoProgram(() => {});
    const { stdout } = await run(python, [join(CHECKOUT, "local", "aws-api", "check_recording.py"), file]);
    return stdout;
  }

  async instance(id: string, region?: string): Promise<Instance> {
    const answer = await this.clients(region).ec2.send(new DescribeInstancesCommand({ InstanceIds: [id] }));
    const instance = answer.Reservations?.[0]?.Instances?.[0];
    if (instance === undefined) {
      throw new Error(`there is no instance ${id}`);
    }
    return instance;
  }

  async instanceIn(state: string, id: string): Promise<Instance> {
    return until(async () => {
      const instance = await this.instance(id);
      return instance.State?.Name === state ? instance : undefined;
    });
  }

  async group(name: string) {
    const { AutoScalingGroups } = await this.clients().autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [name] }),
    );
    const [group] = AutoScalingGroups ?? [];
    if (group === undefined) {
      throw new Error(`there is no group ${name}`);
    }
    return group;
  }

  /** Waits for the end of a group's latest refresh. Returns it, and the fewest instances that were in service meanwhile. */
  async refreshEnds(groupName: string) {
    let fewest = Number.POSITIVE_INFINITY;
    const refresh = await until(async () => {
      fewest = Math.min(fewest, (await this.inService(groupName)).length);
      const { InstanceRefreshes = [] } = await this.clients().autoScaling.send(
        new DescribeInstanceRefreshesCommand({ AutoScalingGroupName: groupName }),
      );
      return InstanceRefreshes[0]?.EndTime === undefined ? undefined : InstanceRefreshes[0];
    });
    return { refresh, fewest };
  }
}

/** Waits until the work has a result. */
export async function until<Result>(work: () => Promise<Result | undefined>): Promise<Result> {
  for (;;) {
    const result = await work();
    if (result !== undefined) {
      return result;
    }
    await delay(50);
  }
}
