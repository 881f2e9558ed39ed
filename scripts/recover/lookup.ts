import { isDeepStrictEqual } from "node:util";
import * as aws from "@pulumi/aws";
import * as authorization from "@pulumi/azure-native/authorization";
import { Provider as AzureProvider } from "@pulumi/azure-native/provider";
import type { ConfigMap } from "@pulumi/pulumi/automation";
import { settingsOf } from "../../components/engine/provider-settings";
import type { EngineCommand } from "../engine/command";
import { askThroughEngine } from "../engine/questions";

/** The clouds' answers about the resources that a stack may have created. */
export interface LookupResult {
  /** The subscription in which the default one and each named one of the questions is, as Azure writes its id. */
  readonly azureSubscriptions: ReadonlyMap<string | undefined, string>;
  /** The account of each profile of the questions; that of the default credentials is `undefined`'s. */
  readonly awsAccounts: ReadonlyMap<string | undefined, string>;
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

/** A location of AWS in one account. */
export interface AwsPlace {
  /** @example "us-west-2" */
  readonly region: string;
  /** The profile of the credentials. Undefined: the default credentials. */
  readonly profile: string | undefined;
}

/** The questions to the clouds. */
export interface LookupQuestions {
  /** The value that the tag `chainfleet:stack` of the resources has. @example "chainfleet/dev" */
  readonly stackTag: string;
  /** The Azure subscriptions to ask for; undefined is the one of the stack's settings or credentials. */
  readonly azureSubscriptions: readonly (string | undefined)[];
  /** The config of the stack, with which its providers are configured. */
  readonly config: ConfigMap;
  readonly awsPlaces: readonly AwsPlace[];
  /** The subnets whose associations with route tables to look up. */
  readonly subnets: readonly { readonly place: AwsPlace; readonly subnetId: string }[];
}

/** Asks the clouds through the engine. */
export function lookUp(questions: LookupQuestions, command: EngineCommand): Promise<LookupResult> {
  return askThroughEngine(command, () => askClouds(questions));
}

/** The program of the preview. */
export async function askClouds(questions: LookupQuestions): Promise<LookupResult> {
  const tagged: TaggedResource[] = [];
  const associations = new Set<string>();
  const config = textsOf(questions.config);
  const azureSubscriptions = new Map<string | undefined, string>();
  for (const subscription of questions.azureSubscriptions) {
    const provider = new AzureProvider(`azure-${subscription ?? "default"}`, {
      ...settingsOf("azure-native", config),
      ...(subscription === undefined ? {} : { subscriptionId: subscription }),
    });
    const { subscriptionId } = await authorization.getClientConfig({ provider });
    // The ids in Azure's answers have lower-case letters, whatever the config has; an id with others is imported again.
    azureSubscriptions.set(subscription, subscriptionId.toLowerCase());
  }
  const awsAccounts = new Map<string | undefined, string>();
  for (const place of questions.awsPlaces) {
    const { region, profile } = place;
    const provider = new aws.Provider(`${region}-${profile ?? "default"}`, {
      ...settingsOf("aws", config),
      ...(profile === undefined ? {} : { profile }),
      region: region as aws.Region,
    });
    awsAccounts.set(profile, (await aws.getCallerIdentity({}, { provider })).accountId);
    const { resourceTagMappingLists } = await aws.resourcegroupstaggingapi.getResources(
      { tagFilters: [{ key: "chainfleet:stack", values: [questions.stackTag] }] },
      { provider },
    );
    for (const { resourceArn, tags } of resourceTagMappingLists) {
      const [kind, id] = kindAndId(resourceArn);
      tagged.push({ region, kind, id, name: tags.Name ?? "" });
    }
    for (const { subnetId } of questions.subnets.filter((subnet) => isDeepStrictEqual(subnet.place, place))) {
      const table = await aws.ec2.getRouteTable({ subnetId }, { provider }).catch(() => undefined);
      for (const association of table?.associations ?? []) {
        associations.add(`${association.subnetId}/${association.routeTableId}`);
      }
    }
  }
  const idsByTag = new Map(tagged.map(({ kind, name, id }) => [`${kind}/${name}`, id]));
  return { azureSubscriptions, awsAccounts, idsByTag, tagged, associations };
}

/** The values of the settings by their full keys. */
export function textsOf(config: ConfigMap): Record<string, string> {
  return Object.fromEntries(Object.entries(config).map(([key, { value }]) => [key, value]));
}

/**
 * The kind of a resource, and its id in the format of an import: see the section "Import" on the page of its type in the registry.
 *
 * `arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0a1b` → `["vpc", "vpc-0a1b"]`
 */
function kindAndId(arn: string): [string, string] {
  const [, , service, , , ...resource] = arn.split(":");
  if (service === "secretsmanager") {
    return [resource[0] ?? "", arn];
  }
  const [kind = "", ...id] = resource.join(":").split("/");
  return [kind, id.join(kind === "podidentityassociation" ? "," : "/")];
}
