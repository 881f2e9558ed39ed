import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as aws from "@pulumi/aws";
import * as authorization from "@pulumi/azure-native/authorization";
import { LocalWorkspace } from "@pulumi/pulumi/automation";
import type { EngineCommand } from "../engine/command";
import type { Accounts } from "./identity";

/** What the clouds say about what a stack may have left behind. */
export interface Found {
  readonly accounts: Accounts;
  /** Ids by `kind/Name`, over all AWS regions asked. @example "vpc/chain138-us-west-2-vpc" → "vpc-0a…" */
  readonly idsByTag: ReadonlyMap<string, string>;
  /** Association ids by `subnet/route table`. */
  readonly associations: ReadonlyMap<string, string>;
}

/** What to ask. */
export interface Questions {
  /** The value of the tag `chainfleet:stack`. @example "chainfleet/dev" */
  readonly stackTag: string;
  readonly azure: boolean;
  readonly awsRegions: readonly string[];
  readonly subnets: readonly { readonly region: string; readonly subnetId: string }[];
}

/**
 * Asks the clouds through the engine, as the program itself does: same plugins, same credentials. It runs as a
 * preview of an empty program in a backend that is thrown away.
 */
export async function lookUp(questions: Questions, command: EngineCommand): Promise<Found> {
  const backend = mkdtempSync(join(tmpdir(), "chainfleet-lookup-"));
  const idsByTag = new Map<string, string>();
  const associations = new Map<string, string>();
  let accounts: Accounts = { azureSubscription: "", awsAccount: "" };
  const program = async () => {
    if (questions.azure) {
      accounts = { ...accounts, azureSubscription: (await authorization.getClientConfig()).subscriptionId };
    }
    for (const region of questions.awsRegions) {
      const provider = new aws.Provider(region, { region: region as aws.Region });
      accounts = { ...accounts, awsAccount: (await aws.getCallerIdentity({}, { provider })).accountId };
      const { resourceTagMappingLists } = await aws.resourcegroupstaggingapi.getResources(
        { tagFilters: [{ key: "chainfleet:stack", values: [questions.stackTag] }] },
        { provider },
      );
      for (const { resourceArn, tags } of resourceTagMappingLists) {
        const [kind, id] = kindAndId(resourceArn);
        idsByTag.set(`${kind}/${tags.Name ?? ""}`, id);
      }
      for (const { subnetId } of questions.subnets.filter((subnet) => subnet.region === region)) {
        const table = await aws.ec2.getRouteTable({ subnetId }, { provider }).catch(() => undefined);
        for (const association of table?.associations ?? []) {
          associations.set(
            `${association.subnetId}/${association.routeTableId}`,
            association.routeTableAssociationId,
          );
        }
      }
    }
  };
  try {
    const stack = await LocalWorkspace.createStack(
      { stackName: "lookup", projectName: "chainfleet-lookup", program },
      {
        workDir: backend,
        pulumiCommand: await command.automation(),
        envVars: { PULUMI_BACKEND_URL: `file://${backend}`, PULUMI_CONFIG_PASSPHRASE: "lookup" },
      },
    );
    await stack.preview();
  } finally {
    rmSync(backend, { recursive: true, force: true });
  }
  return { accounts, idsByTag, associations };
}

/** `arn:aws:ec2:us-west-2:123456789012:vpc/vpc-0a1b` → `["vpc", "vpc-0a1b"]` */
function kindAndId(arn: string): [string, string] {
  const [kind = "", ...id] = arn.split(":").slice(5).join(":").split("/");
  return [kind, id.join("/")];
}
