import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as authorization from "@pulumi/azure-native/authorization";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import { type ConfigMap, LocalWorkspace } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "../engine/command";
import type { Accounts } from "./identity";

/** The clouds' answers about the resources that a stack may have created. */
export interface LookupResult {
  readonly accounts: Accounts;
  /**
   * The ids of AWS resources in all queried regions, by `<resource type>/<Name tag>`.
   *
   * @example "vpc/chain138-us-west-2-vpc" → "vpc-0a…"
   */
  readonly idsByTag: ReadonlyMap<string, string>;
  /** The resources with the stack's tag in all queried regions. */
  readonly tagged: readonly TaggedResource[];
  /** The associations of route tables with subnets, as `<subnet>/<route table>`. */
  readonly associations: ReadonlySet<string>;
}

/** An AWS resource with the tag of the stack. */
export interface TaggedResource {
  readonly region: string;
  /** The resource type in the ARN. @example "vpc" */
  readonly kind: string;
  readonly id: string;
  /** The `Name` tag. */
  readonly name: string;
}

/** The questions to the clouds. */
export interface LookupQuestions {
  /** The value that the tag `chainfleet:stack` of the resources has. @example "chainfleet/dev" */
  readonly stackTag: string;
  /** Whether to ask for the Azure subscription. */
  readonly azure: boolean;
  /** The config of the stack, with which its providers are configured. */
  readonly config: ConfigMap;
  readonly awsRegions: readonly string[];
  /** The subnets whose associations with route tables to look up. */
  readonly subnets: readonly { readonly region: string; readonly subnetId: string }[];
}

/**
 * Asks the clouds through the engine, with the same plugins and credentials as a run. The questions are the invokes of
 * a program that is previewed in a temporary backend.
 */
export async function lookUp(questions: LookupQuestions, command: EngineCommand): Promise<LookupResult> {
  const backend = mkdtempSync(join(tmpdir(), "chainfleet-lookup-"));
  let result: LookupResult | undefined;
  const program = async () => {
    result = await askClouds(questions);
  };
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: "lookup", projectName: "chainfleet-lookup", program },
      {
        workDir: backend,
        pulumiCommand: command.automation(),
        envVars: { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "lookup" },
      },
    );
    await stack.preview();
  } finally {
    rmSync(backend, { recursive: true, force: true });
  }
  if (result === undefined) {
    throw new Error("the preview of the questions to the clouds ended without their answers");
  }
  return result;
}

/** The program of the preview. */
export async function askClouds(questions: LookupQuestions): Promise<LookupResult> {
  const tagged: TaggedResource[] = [];
  const associations = new Set<string>();
  let accounts: Accounts = { azureSubscription: "", awsAccount: "" };
  if (questions.azure) {
    const provider = new AzureProvider("azure", settingsOf("azure-native", questions.config));
    const { subscriptionId } = await authorization.getClientConfig({ provider });
    // The ids in Azure's answers have lower-case letters, whatever the config has; an id with others is imported again.
    accounts = { ...accounts, azureSubscription: subscriptionId.toLowerCase() };
  }
  for (const region of questions.awsRegions) {
    const provider = new aws.Provider(region, {
      ...settingsOf("aws", questions.config),
      region: region as aws.Region,
    });
    accounts = { ...accounts, awsAccount: (await aws.getCallerIdentity({}, { provider })).accountId };
    const { resourceTagMappingLists } = await aws.resourcegroupstaggingapi.getResources(
      { tagFilters: [{ key: "chainfleet:stack", values: [questions.stackTag] }] },
      { provider },
    );
    for (const { resourceArn, tags } of resourceTagMappingLists) {
      const [kind, id] = kindAndId(resourceArn);
      tagged.push({ region, kind, id, name: tags.Name ?? "" });
    }
    for (const { subnetId } of questions.subnets.filter((subnet) => subnet.region === region)) {
      const table = await aws.ec2.getRouteTable({ subnetId }, { provider }).catch(() => undefined);
      for (const association of table?.associations ?? []) {
        associations.add(`${association.subnetId}/${association.routeTableId}`);
      }
    }
  }
  const idsByTag = new Map(tagged.map(({ kind, name, id }) => [`${kind}/${name}`, id]));
  return { accounts, idsByTag, tagged, associations };
}

/**
 * The arguments of a provider that is configured as the stack's own provider of the package. The settings are arguments,
 * so that no secret among them is written into the temporary backend.
 */
function settingsOf(packageName: string, config: ConfigMap): Record<string, unknown> {
  const prefix = `${packageName}:`;
  return Object.fromEntries(
    Object.entries(config)
      .filter(([key]) => key.startsWith(prefix))
      .map(([key, { value }]) => [key.slice(prefix.length), parseSetting(value)]),
  );
}

/** Flags, lists and objects are JSON in a stack's config. Any other value, even one of digits, is text. */
function parseSetting(value: string): unknown {
  return /^(true|false|\[.*\]|\{.*\})$/s.test(value) ? JSON.parse(value) : value;
}

/** `arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0a1b` → `["vpc", "vpc-0a1b"]` */
function kindAndId(arn: string): [string, string] {
  const [kind = "", ...id] = arn.split(":").slice(5).join(":").split("/");
  return [kind, id.join("/")];
}
