import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { AwsApiSession } from "../../../local/testing/aws-api-session";
import { type CommandResult, type RunningCommand, startCommand } from "../command";
import { copyProgram } from "../program-copy";

/** A group in the config of the stack `shop`. */
export interface ConfiguredGroup {
  readonly name: string;
  readonly autoScalingGroup: string;
  readonly region: string;
  readonly [key: string]: unknown;
}

/** The groups of the local AWS API's fleet. The groups app and web of eu-west-1 run the same image. */
export const FLEET: readonly ConfiguredGroup[] = [
  { name: "app", autoScalingGroup: "app", region: "eu-west-1", roles: ["app"] },
  { name: "web", autoScalingGroup: "web", region: "eu-west-1", roles: ["web"] },
  { name: "worker", autoScalingGroup: "worker", region: "eu-west-1", roles: ["worker"] },
  { name: "web-us", autoScalingGroup: "web", region: "us-east-1", roles: ["web"] },
];

/** A copy of this tree's program in a temporary folder with a stack `shop`, and a local AWS API of its own. */
export class RollingProject {
  readonly folder = mkdtempSync(join(tmpdir(), "chainfleet-rolling-"));

  /** @param timeScale Seconds of real time that one second in the local AWS API takes. */
  static async start(timeScale: number): Promise<RollingProject> {
    const project = new RollingProject(await AwsApiSession.start(["--time-scale", String(timeScale)]));
    copyProgram(project.folder);
    mkdirSync(project.path("state"));
    project.configure({});
    const { code, output } = await project.pulumi("stack", "init").finished;
    if (code !== 0) {
      throw new Error(output);
    }
    return project;
  }

  private constructor(readonly aws: AwsApiSession) {}

  /** Writes the stack's config. @param changes of the release's config; further keys of every group under `refresh`. */
  configure({
    refresh = {},
    ...changes
  }: {
    readonly refresh?: object;
    readonly [key: string]: unknown;
  }): void {
    const rolling = {
      name: "shop",
      revision: "v1.0.0",
      ssh: { privateKeyFile: join(this.aws.state, "ssh", "id_ed25519"), port: 2222 },
      groups: FLEET.map((group) => ({ ...group, refresh: { pollSeconds: 0.2, ...refresh } })),
      ...changes,
    };
    const config = { "chainfleet:stack": "rolling", "chainfleet:rolling": rolling };
    writeFileSync(this.path("Pulumi.shop.yaml"), stringify({ config }));
  }

  /** Starts `chainfleet … --stack shop`. */
  start(...args: readonly string[]): RunningCommand {
    return this.#start(this.path("bin/chainfleet"), args);
  }

  /** Runs `chainfleet rolling … --stack shop`. */
  rolling(...args: readonly string[]): Promise<CommandResult> {
    return this.start("rolling", ...args).finished;
  }

  /** Runs `chainfleet rolling … --stack shop --json`. @returns the exit code and the parsed standard output. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read the output by path
  async rollingJson(...args: readonly string[]): Promise<CommandResult & { readonly json: any }> {
    const result = await this.rolling(...args, "--json");
    try {
      return { ...result, json: JSON.parse(result.stdout) };
    } catch {
      throw new Error(`chainfleet rolling ${args.join(" ")} printed no JSON:\n${result.output}`);
    }
  }

  /** Starts `pulumi … --stack shop`. */
  pulumi(...args: readonly string[]): RunningCommand {
    return this.#start("pulumi", [...args, "--non-interactive"]);
  }

  #start(command: string, args: readonly string[]): RunningCommand {
    const url = this.aws.service.url("http");
    return startCommand(command, [...args, "--stack", "shop"], {
      cwd: this.folder,
      env: {
        ...process.env,
        AWS_ENDPOINT_URL_EC2: url,
        AWS_ENDPOINT_URL_AUTO_SCALING: url,
        AWS_ACCESS_KEY_ID: "local",
        AWS_SECRET_ACCESS_KEY: "local",
        AWS_EC2_METADATA_DISABLED: "true",
        PULUMI_BACKEND_URL: `file://${this.path("state")}?metadata=skip`,
        PULUMI_CONFIG_PASSPHRASE: "test",
        PULUMI_SKIP_UPDATE_CHECK: "true",
      },
    });
  }

  /** Replaces the state of the stack by one with these resources. */
  async importState(resources: readonly object[]): Promise<void> {
    const stack = { urn: this.urn("pulumi:pulumi:Stack", "chainfleet-shop"), type: "pulumi:pulumi:Stack" };
    const manifest = { time: new Date().toISOString(), magic: "", version: "" };
    const file = this.path("state.json");
    writeFileSync(
      file,
      JSON.stringify({
        version: 3,
        deployment: { manifest, resources: [{ ...stack, custom: false }, ...resources] },
      }),
    );
    const { code, output } = await this.pulumi("stack", "import", "--file", file).finished;
    if (code !== 0) {
      throw new Error(output);
    }
  }

  urn(type: string, name: string): string {
    return `urn:pulumi:shop::chainfleet::${type}::${name}`;
  }

  /** Replaces the faults that the local AWS API injects. */
  async setFaults(...faults: readonly object[]): Promise<void> {
    await this.aws.control("PUT", "faults", faults);
  }

  path(...parts: readonly string[]): string {
    return join(this.folder, ...parts);
  }

  async close(): Promise<void> {
    await this.aws.service.stop("SIGTERM");
    rmSync(this.aws.state, { recursive: true, force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Waits until a running command has printed a text on its standard error. */
export function printed({ child }: RunningCommand, text: string): Promise<void> {
  return new Promise((resolve, reject) => {
    let all = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      all += chunk.toString();
      if (all.includes(text)) {
        resolve();
      }
    });
    child.on("close", () => reject(new Error(`the command ended without printing "${text}":\n${all}`)));
  });
}
