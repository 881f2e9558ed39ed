import { writeFileSync } from "node:fs";
import {
  AutoScalingClient,
  CancelInstanceRefreshCommand,
  DeleteAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeInstanceRefreshesCommand,
  paginateDescribeAutoScalingGroups,
} from "@aws-sdk/client-auto-scaling";
import {
  EC2Client,
  paginateDescribeImages,
  paginateDescribeInstances,
  paginateDescribeLaunchTemplates,
  paginateDescribeLaunchTemplateVersions,
  paginateDescribeSnapshots,
} from "@aws-sdk/client-ec2";
import { stringify } from "yaml";
import { TAG } from "../../../components/rolling/plan/ownership";
import type { Summary } from "../../../scripts/run/summary";
import { Checkout } from "../checkout";
import type { CommandResult, RunningCommand } from "../command";
import { summaryIn } from "../summary-output";

/** The groups, templates and images with which the local AWS API starts; see local/aws-api/fleet.json. */
export interface Fleet {
  readonly images: readonly object[];
  readonly templates: readonly object[];
  readonly groups: readonly { readonly name: string; readonly region: string; readonly template: string }[];
}

/** What AWS has in the end, without ids and without the revisions, so that two releases can be compared. */
export interface AccountContent {
  /** The instances that a release launched and that still cost money. */
  readonly temporaryInstances: readonly string[];
  /** `region image-lineage: number of images`, of the images that releases made. */
  readonly images: readonly string[];
  readonly snapshots: number;
  /** The snapshots of which no image exists. */
  readonly orphanedSnapshots: readonly string[];
  /** `region template: versions that releases made`. */
  readonly versions: readonly string[];
  /** The groups whose version, or one of whose instances, is not of the newest revision. */
  readonly outdatedGroups: readonly string[];
}

/** A checkout with the local AWS API and a stack `rolling`. */
export class RollingTarget {
  readonly checkout: Checkout;
  #endpoint = "";

  constructor(
    readonly fleet: Fleet,
    timeScale: number,
    seed: number,
  ) {
    this.checkout = new Checkout(timeScale, seed, ["--aws"]);
    writeFileSync(this.checkout.path("local/aws-api/fleet.json"), JSON.stringify(fleet));
  }

  /** Starts the services, which have a stack `rolling`. */
  start(): void {
    this.#endpoint = this.checkout.environment()["AWS_ENDPOINT_URL_EC2"] ?? "";
  }

  /** Writes the stack's config. */
  configure(rolling: object): void {
    const config = { "chainfleet:stack": "rolling", "chainfleet:rolling": rolling };
    writeFileSync(this.checkout.path("Pulumi.rolling.yaml"), stringify({ config }));
  }

  startUp(...options: readonly string[]): RunningCommand {
    return this.checkout.chainfleet("up", "--stack", "rolling", "--json", ...options);
  }

  async up(...options: readonly string[]): Promise<CommandResult & { readonly summary: Summary }> {
    const finished = await this.startUp(...options).finished;
    return { ...finished, summary: summaryIn(finished) };
  }

  async setFaults(faults: readonly object[]): Promise<void> {
    await this.control("PUT", "faults", { seed: 1, faults });
  }

  async setAlarms(names: readonly string[]): Promise<void> {
    await this.control("PUT", "alarms", names);
  }

  // biome-ignore lint/suspicious/noExplicitAny: tests read statistics by path
  async control(method: "GET" | "PUT" | "DELETE", path: string, body?: unknown): Promise<any> {
    const response = await fetch(`${this.#endpoint}/_control/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok) {
      throw new Error(`${path}: ${response.status} ${await response.text()}`);
    }
    return response.json();
  }

  /** The calls of an action in all regions since the start of the service. @param action as in "ec2:RunInstances" */
  async calls(action: string): Promise<{ readonly calls: number; readonly errors: number }> {
    const { actions } = (await this.control("GET", "statistics")) as {
      readonly actions: Readonly<Record<string, { readonly calls: number; readonly errors: number }>>;
    };
    const counts = Object.entries(actions).flatMap(([key, count]) =>
      key.startsWith(`${action} `) ? [count] : [],
    );
    return {
      calls: counts.reduce((sum, { calls }) => sum + calls, 0),
      errors: counts.reduce((sum, { errors }) => sum + errors, 0),
    };
  }

  ec2(region: string): EC2Client {
    return new EC2Client(this.#settings(region));
  }

  autoScaling(region: string): AutoScalingClient {
    return new AutoScalingClient(this.#settings(region));
  }

  #settings(region: string) {
    return {
      region,
      endpoint: this.#endpoint,
      credentials: { accessKeyId: "local", secretAccessKey: "local" },
      maxAttempts: 10,
    };
  }

  async cancelRefresh(region: string, AutoScalingGroupName: string): Promise<void> {
    await this.autoScaling(region).send(new CancelInstanceRefreshCommand({ AutoScalingGroupName }));
  }

  /** The ids of the instances of a group that are in service, sorted. */
  async instancesOf(region: string, group: string): Promise<string[]> {
    const { AutoScalingGroups = [] } = await this.autoScaling(region).send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    );
    return AutoScalingGroups.flatMap(({ Instances = [] }) => Instances)
      .filter(({ LifecycleState }) => LifecycleState === "InService")
      .map(({ InstanceId = "" }) => InstanceId)
      .sort();
  }

  /** The status of the group's newest instance refresh; undefined if there was none. */
  async refreshStatus(region: string, AutoScalingGroupName: string): Promise<string | undefined> {
    const { InstanceRefreshes = [] } = await this.autoScaling(region).send(
      new DescribeInstanceRefreshesCommand({ AutoScalingGroupName }),
    );
    return InstanceRefreshes[0]?.Status;
  }

  async deleteGroup(region: string, AutoScalingGroupName: string): Promise<void> {
    await this.autoScaling(region).send(
      new DeleteAutoScalingGroupCommand({ AutoScalingGroupName, ForceDelete: true }),
    );
  }

  /** The ids of all temporary instances that the releases of a revision have launched, terminated ones too. */
  async launchedFor(revision: string): Promise<string[]> {
    const instances = await Promise.all(this.#regions().map((region) => this.#instances(region)));
    return instances
      .flat()
      .filter(({ tags }) => tags[TAG.revision] === revision)
      .map(({ id }) => id);
  }

  async content(revision: string): Promise<AccountContent> {
    const regions = await Promise.all(this.#regions().map((region) => this.#contentOf(region, revision)));
    return {
      temporaryInstances: regions.flatMap(({ temporaryInstances }) => temporaryInstances).sort(),
      images: regions.flatMap(({ images }) => images).sort(),
      snapshots: regions.reduce((sum, { snapshots }) => sum + snapshots, 0),
      orphanedSnapshots: regions.flatMap(({ orphanedSnapshots }) => orphanedSnapshots).sort(),
      versions: regions.flatMap(({ versions }) => versions).sort(),
      outdatedGroups: regions.flatMap(({ outdatedGroups }) => outdatedGroups).sort(),
    };
  }

  #regions(): string[] {
    return [...new Set(this.fleet.groups.map(({ region }) => region))];
  }

  async #contentOf(region: string, revision: string): Promise<AccountContent> {
    const [instances, images, snapshots, versions, groups] = await Promise.all([
      this.#instances(region),
      this.#images(region),
      this.#snapshots(region),
      this.#versions(region),
      this.#groups(region),
    ]);
    const used = new Set(images.flatMap((image) => image.snapshots));
    const current = new Set(
      versions.filter(({ description }) => description.includes(` ${revision}-`)).map(({ key }) => key),
    );
    return {
      temporaryInstances: instances
        .filter(
          ({ state, tags }) =>
            tags[TAG.release] !== undefined && !["terminated", "shutting-down"].includes(state),
        )
        .map(({ id, state }) => `${region} ${id} ${state}`),
      images: counted(images.map(({ lineage }) => `${region} ${lineage}`)),
      snapshots: snapshots.length,
      orphanedSnapshots: snapshots.filter((id) => !used.has(id)).map((id) => `${region} ${id}`),
      versions: counted(
        versions
          .filter(({ description }) => description !== "")
          .map(({ template }) => `${region} ${template}`),
      ),
      outdatedGroups: groups
        .filter(({ versions: used }) => used.some((version) => !current.has(version)))
        .map(({ name }) => `${region} ${name}`),
    };
  }

  async #instances(region: string) {
    const pages = await collect(paginateDescribeInstances({ client: this.ec2(region) }, {}));
    return pages
      .flatMap(({ Reservations = [] }) => Reservations.flatMap(({ Instances = [] }) => Instances))
      .map(({ InstanceId = "", State, Tags = [] }) => ({
        id: InstanceId,
        state: State?.Name ?? "",
        tags: record(Tags),
      }));
  }

  async #images(region: string) {
    const pages = await collect(
      paginateDescribeImages(
        { client: this.ec2(region) },
        { Owners: ["self"], Filters: [{ Name: "tag-key", Values: [TAG.release] }] },
      ),
    );
    return pages
      .flatMap(({ Images = [] }) => Images)
      .map(({ BlockDeviceMappings = [], Tags = [] }) => ({
        lineage: record(Tags)[TAG.lineage] ?? "",
        snapshots: BlockDeviceMappings.flatMap(({ Ebs }) => Ebs?.SnapshotId ?? []),
      }));
  }

  async #snapshots(region: string): Promise<string[]> {
    const pages = await collect(
      paginateDescribeSnapshots(
        { client: this.ec2(region) },
        { OwnerIds: ["self"], Filters: [{ Name: "tag-key", Values: [TAG.release] }] },
      ),
    );
    return pages.flatMap(({ Snapshots = [] }) => Snapshots.flatMap(({ SnapshotId }) => SnapshotId ?? []));
  }

  async #versions(region: string) {
    const templates = await collect(paginateDescribeLaunchTemplates({ client: this.ec2(region) }, {}));
    const pages = await Promise.all(
      templates
        .flatMap(({ LaunchTemplates = [] }) => LaunchTemplates)
        .map(({ LaunchTemplateId }) =>
          collect(paginateDescribeLaunchTemplateVersions({ client: this.ec2(region) }, { LaunchTemplateId })),
        ),
    );
    return pages
      .flat()
      .flatMap(({ LaunchTemplateVersions = [] }) => LaunchTemplateVersions)
      .map(({ LaunchTemplateId, LaunchTemplateName = "", VersionNumber, VersionDescription }) => ({
        key: `${LaunchTemplateId}/${VersionNumber}`,
        template: LaunchTemplateName,
        description: VersionDescription?.includes("(chainfleet ") ? VersionDescription : "",
      }));
  }

  /** Each group with the versions of the group itself and of its instances, as `template id/number`. */
  async #groups(region: string) {
    const pages = await collect(paginateDescribeAutoScalingGroups({ client: this.autoScaling(region) }, {}));
    return pages
      .flatMap(({ AutoScalingGroups = [] }) => AutoScalingGroups)
      .map(({ AutoScalingGroupName = "", LaunchTemplate, MixedInstancesPolicy, Instances = [] }) => ({
        name: AutoScalingGroupName,
        versions: [
          MixedInstancesPolicy?.LaunchTemplate?.LaunchTemplateSpecification ?? LaunchTemplate,
          ...Instances.map((instance) => instance.LaunchTemplate),
        ].map((template) => `${template?.LaunchTemplateId}/${template?.Version}`),
      }));
  }
}

async function collect<Page>(pages: AsyncIterable<Page>): Promise<Page[]> {
  const all: Page[] = [];
  for await (const page of pages) {
    all.push(page);
  }
  return all;
}

function record(tags: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[]) {
  return Object.fromEntries(tags.map(({ Key = "", Value = "" }) => [Key, Value])) as Record<
    string,
    string | undefined
  >;
}

function counted(names: readonly string[]): string[] {
  return [...new Set(names)].map((name) => `${name}: ${names.filter((other) => other === name).length}`);
}
