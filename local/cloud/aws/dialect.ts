import { type PropertyMap, Unknown } from "../../plugin/values";
import type { Dialect, Verb } from "../engine/cloud/dialect";
import type { Limit } from "../engine/conditions/buckets";
import { CloudError } from "../engine/resources/errors";
import type { Scope } from "../engine/resources/kind";
import { isObject, stringAt, stringMapAt, without, withoutNulls } from "../engine/resources/properties";
import { hex, uuid } from "../engine/resources/random";
import { accountOf, callerIn } from "./account/caller";
import { isRegion } from "./account/regions";
import { type AwsKind, dependencyViolation, keyOf } from "./api";
import { invokes } from "./invokes";
import { kinds } from "./kinds";
import { nodePools, subnetZones } from "./nodepools";

/** The behaviour of AWS and of its official plugin, which is Terraform's provider behind Pulumi's bridge. */
export const aws: Dialect = {
  cloud: "aws",
  version: "7.48.0",
  kinds,
  invokes,
  nameSeparator: "-",
  randomDigits: 7,
  readsBeforeCreate: false,
  defaultTimeoutSeconds: 60 * 60,

  scope: (config) => {
    const region = stringAt(config, "region");
    if (region === undefined) {
      throw new Error(
        'missing required configuration key "aws:region": The region where AWS operations will take place. ' +
          "Set it with 'pulumi config set aws:region us-west-2' or in the provider's arguments.",
      );
    }
    if (!isRegion(region)) {
      throw new Error(`invalid AWS Region: ${region}`);
    }
    const account = accountOf(stringAt(config, "profile"));
    return {
      account,
      tenant: "",
      principal: callerIn(account),
      client: `AIDA${hex(17, "local", "user").toUpperCase()}`,
      region,
      defaultTags: stringMapAt(jsonAt(config, "defaultTags"), "tags"),
    };
  },
  scopeOf: (scope, id, inputs) => {
    const [, regionInId] = /@([a-z0-9-]+)$/.exec(id) ?? [];
    return { ...scope, region: regionInId ?? stringAt(inputs, "region") ?? scope.region };
  },
  namedByPlugin: (property) => ({ __defaults: [property] }),
  deletesBeforeReplace: (kind, oldInputs) =>
    kind.autoname !== undefined &&
    !JSON.stringify(oldInputs.__defaults ?? []).includes(kind.autoname.property),

  prepare: (kind, inputs, { scope }) => {
    const aws = kind as AwsKind;
    const regional = aws.space.startsWith("iam/")
      ? inputs
      : { ...inputs, region: inputs.region ?? scope.region };
    // The plugin merges the provider's default tags into the inputs.
    const tags = { ...scope.defaultTags, ...(isObject(inputs.tags) ? inputs.tags : {}) };
    return aws.taggable && Object.keys(tags).length > 0 ? { ...regional, tags } : regional;
  },

  locate: (kind, id, scope) => {
    const idWithoutRegion = id.replace(/@[a-z0-9-]+$/, "");
    return { key: keyOf((kind as AwsKind).space, scope, idWithoutRegion), id: idWithoutRegion };
  },
  importedId: (kind, id, view) => (kind as AwsKind).importedId?.(id, view) ?? id,
  inputsAfterRead: (_, { resource }) => ({ ...resource.inputs }),
  limits: (kind, verb, scope) => limits(kind as AwsKind, verb, scope),
  throttled: (operation) =>
    operation.startsWith("ec2:")
      ? new CloudError(503, "RequestLimitExceeded", "Request limit exceeded.")
      : new CloudError(429, "ThrottlingException", "Rate exceeded"),
  retryDelay,
  explain: (error, operation, id) => {
    const [service = "", action = ""] = operation.split(":");
    const serviceNames: Record<string, string> = {
      ec2: "EC2",
      iam: "IAM",
      eks: "EKS",
      secretsmanager: "Secrets Manager",
    };
    const gerunds = { Create: "creating", Delete: "deleting", Describe: "reading", Get: "reading" };
    const gerund = Object.entries(gerunds).find(([prefix]) => action.startsWith(prefix))?.[1] ?? "updating";
    return (
      `${gerund} ${serviceNames[service] ?? service} ${action.replace(/^[A-Z][a-z]+/, "")} (${id}): operation error ` +
      `${serviceNames[service] ?? service}: ${action}, https response error StatusCode: ${error.status}, RequestID: ` +
      `${uuid(operation, id, error.code)}, api error ${error.code}: ${error.detail}`
    );
  },
  exists: (resource) =>
    new CloudError(409, "EntityAlreadyExists", `${resource.name} already exists. (${resource.id})`, {
      final: true,
    }),
  conflict: (holder, id) =>
    new CloudError(
      409,
      "ResourceInUseException",
      `${id} cannot be changed while an operation on ${holder.id} is in progress`,
    ),
  inUse: (resource, users) =>
    dependencyViolation(
      `resource ${resource.id} has a dependent object (${users.map(({ id }) => id).join(", ")})`,
    ),
  outputs: (kind, resource, view) => {
    const aws = kind as AwsKind;
    const markers = Object.keys(resource.inputs).filter((key) => key.startsWith("__"));
    return withoutNulls({
      ...without(resource.inputs, [...markers, ...(kind.pathParameters ?? [])]),
      ...resource.computed,
      ...(aws.taggable ? { tagsAll: resource.inputs.tags ?? {} } : {}),
      ...(aws.status === undefined ? {} : { status: aws.status[view.state(resource)] }),
      ...kind.outputs?.(resource, view),
    });
  },
  nodePools,
  subnetZones,
  // Terraform's plan of an update keeps all computed values of the old outputs.
  previewUpdate: (outputs, olds) => ({ ...olds, ...withoutUnknowns(outputs) }),
};

/**
 * The changes that the plugin requests for the creation of a resource, where there are several: see the create function in
 * the file of the kind in https://github.com/hashicorp/terraform-provider-aws/tree/main/internal/service/ec2.
 */
const CHANGES_OF_CREATION: Readonly<Record<string, number>> = {
  // vpc_.go: CreateVpc, ModifyVpcAttribute for the DNS host names.
  "aws:ec2/vpc:Vpc": 2,
  // vpc_internet_gateway.go: CreateInternetGateway, AttachInternetGateway.
  "aws:ec2/internetGateway:InternetGateway": 2,
  // vpc_route_table.go: CreateRouteTable, CreateRoute.
  "aws:ec2/routeTable:RouteTable": 2,
  // vpc_security_group.go: CreateSecurityGroup, RevokeSecurityGroupEgress for IPv4 and for IPv6,
  // AuthorizeSecurityGroupIngress, AuthorizeSecurityGroupEgress.
  "aws:ec2/securityGroup:SecurityGroup": 5,
};

/**
 * EC2's token buckets for each account and region: 100 (+20/s) for reads and 50 (+5/s) for changes. The simulation has one
 * bucket for the changes of all kinds, which is stricter than the page's bucket for each action, and takes the changes of a
 * creation at once. https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
function limits(kind: AwsKind, verb: Verb, scope: Scope): Limit[] {
  if (!kind.operations[verb].startsWith("ec2:")) {
    return [];
  }
  const caller = `${scope.account}/${scope.region}`;
  return verb === "read"
    ? [{ key: `ec2/reads/${caller}`, capacity: 100, refillPerSecond: 20 }]
    : [
        {
          key: `ec2/changes/${caller}`,
          capacity: 50,
          refillPerSecond: 5,
          tokens: verb === "create" ? (CHANGES_OF_CREATION[kind.token] ?? 1) : 1,
        },
      ];
}

/**
 * The retries of Terraform's provider: on throttling and server errors 25 attempts with exponential, fully jittered
 * delays (https://registry.terraform.io/providers/hashicorp/aws/latest/docs#max_retries). While a resource that is
 * still in use blocks the request, the provider repeats the request for some minutes; the simulation does so for
 * 20 simulated minutes, the provider's default timeout for deletions of subnets and internet gateways.
 */
function retryDelay(error: CloudError, attempt: number, waited: number, draw: number): number | undefined {
  const isInUse = ["DependencyViolation", "ResourceInUseException", "DeleteConflict"].includes(error.code);
  if (isInUse) {
    return waited < 20 * 60 ? Math.min(10, 2 ** (attempt - 1)) : undefined;
  }
  // PropagationTimeout in https://github.com/hashicorp/terraform-provider-aws/blob/main/internal/service/secretsmanager/consts.go
  if (error.code === "InvalidRequestException" && error.detail.includes("scheduled for deletion")) {
    return waited < 2 * 60 ? Math.min(10, 2 ** (attempt - 1)) : undefined;
  }
  const isRetryable = error.status >= 500 || error.status === 429 || error.code === "RequestLimitExceeded";
  return isRetryable && attempt < 25 ? Math.max(0.05, draw * Math.min(300, 2 ** attempt)) : undefined;
}

/** An object in the configuration, where the engine passes nested values as JSON text. */
function jsonAt(config: PropertyMap, key: string): PropertyMap {
  const value = config[key];
  if (typeof value === "string" && value.startsWith("{")) {
    return JSON.parse(value) as PropertyMap;
  }
  return isObject(value) ? value : {};
}

function withoutUnknowns(outputs: PropertyMap): PropertyMap {
  return Object.fromEntries(Object.entries(outputs).filter(([, value]) => !(value instanceof Unknown)));
}
