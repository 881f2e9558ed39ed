import { nameOf } from "../../../scripts/run/resource-names";
import { Checkout, type KubernetesObject, type RunResult } from "../../support/checkout";
import type { CommandResult } from "../../support/command";
import { changesOf } from "../../support/engine-output";

/** The dev network that all themes of the test share. It keeps the output of its commands for the search for secrets. */
export class DevNetwork {
  readonly checkout = new Checkout(0.002, 7);
  readonly printed: string[] = [];

  async up(): Promise<RunResult> {
    return this.recordOutput(await this.checkout.up());
  }

  async down(): Promise<RunResult> {
    return this.recordOutput(await this.checkout.down());
  }

  /** Runs `pulumi … --stack dev`. */
  async pulumi(...args: readonly string[]): Promise<CommandResult> {
    return this.recordOutput(await this.checkout.pulumi(...args).finished);
  }

  recordOutput<Result extends CommandResult>(result: Result): Result {
    this.printed.push(result.stdout, result.stderr);
    return result;
  }

  /** Operation and name of each resource that a preview changes. */
  async previewedChanges(): Promise<[op: string, name: string][]> {
    const { code, stdout, stderr } = await this.pulumi("preview", "--json");
    if (code !== 0) {
      throw new Error(stderr);
    }
    return changesOf(stdout).map(({ op, name }) => [op, name]);
  }

  async besuPods(): Promise<KubernetesObject[]> {
    return (await this.checkout.objects("api/v1/pods")).filter(
      (pod) => pod.metadata.labels?.["app.kubernetes.io/name"] === "besu",
    );
  }

  async readyPods(): Promise<KubernetesObject[]> {
    return (await this.besuPods()).filter((pod) => condition(pod, "Ready") === "True");
  }

  /** How many Besu pods are ready, by role. */
  async readyPodsByRole(): Promise<Record<string, number>> {
    return countBy(await this.readyPods(), roleOf);
  }

  /** Namespaces of the network's regions. */
  async regionNamespaces(): Promise<KubernetesObject[]> {
    return (await this.checkout.objects("api/v1/namespaces")).filter(({ metadata }) =>
      metadata.name.startsWith("chain138-"),
    );
  }

  async validatorKeys(): Promise<`0x${string}`[]> {
    return (await this.checkout.objects("api/v1/secrets"))
      .filter((secret) => secret.data?.key !== undefined)
      .map((secret) => Buffer.from(secret.data.key, "base64").toString() as `0x${string}`);
  }

  /** Elastic IPs of the validators on AWS. The status of a load balancer on AWS does not show them. */
  async validatorElasticIps(): Promise<{ allocationId: string; publicIp: string }[]> {
    return ((await this.checkout.state()).resources ?? [])
      .filter(({ type, urn }) => type === "aws:ec2/eip:Eip" && nameOf(urn).includes("-validator-"))
      .map(({ outputs }) => outputs);
  }
}

/** `validator` or `rpc`. */
export function roleOf(pod: KubernetesObject): string {
  return pod.metadata.labels["app.kubernetes.io/component"];
}

function condition(object: KubernetesObject, type: string): string | undefined {
  return object.status?.conditions?.find((entry: KubernetesObject) => entry.type === type)?.status;
}

function countBy<Item>(items: readonly Item[], key: (item: Item) => string): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const item of items) {
    counts[key(item)] = (counts[key(item)] ?? 0) + 1;
  }
  return counts;
}
