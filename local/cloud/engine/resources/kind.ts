import type { PropertyMap } from "../../../plugin/values";
import type { Comparison } from "./diff";
import type { CloudError } from "./errors";
import type { Resource } from "./store";

/**
 * One kind of resource: rules that all kinds share are data, rules of this kind alone are functions.
 * `engine/requests/session.ts` implements the behaviour that is the same for every kind.
 */
export interface Kind extends Comparison {
  /** Pulumi's type token. */
  readonly token: string;
  /** Names of the API operations in statistics, rate limits and errors. */
  readonly operations: Record<"create" | "read" | "update" | "delete", string>;
  /** Inputs (dotted paths) without which the official plugin's `check` fails. */
  readonly required: readonly string[];
  /** The input that names the resource, and how the plugin generates a name if the program sets none. */
  readonly autoname?: Autoname;
  /** Inputs that the official plugin fills in. */
  readonly defaults?: PropertyMap;
  /** Inputs that are only part of the id or the request, and therefore not outputs. */
  readonly pathParameters?: readonly string[];
  /** Outputs (dotted paths) that a preview cannot know. */
  readonly unknown: readonly string[];
  /** Those of them that the preview of an update cannot know either, because each update changes them. */
  readonly recomputed?: readonly string[];
  /** True for kinds such as `aws.ec2.DefaultRouteTable`: a creation adopts an existing resource, a deletion releases it. */
  readonly adopts?: boolean;
  /** True if the API accepts the creation of a resource that exists already, as IAM's AttachRolePolicy does. */
  readonly repeatable?: boolean;
  /** Failures that the official plugin's `check` reports in addition to missing properties. */
  check?(inputs: PropertyMap): Iterable<{ readonly property: string; readonly reason: string }>;
  /** The id, key, name and location of a new resource. */
  identify(request: Identification): Identity;
  /** The resource that must exist first and whose deletion also deletes this resource. */
  parent?(draft: Draft): Reference | undefined;
  /** Resources that must exist first and cannot be deleted before this resource. */
  references?(draft: Draft): Iterable<Reference>;
  /** All other reasons for which the API refuses a creation or an update. */
  validate?(draft: Draft): Iterable<CloudError>;
  /** Keys of further resources that no other operation may change while an operation on this resource is under way. */
  locks?(draft: Pick<Draft, "key" | "id" | "inputs" | "scope">): Iterable<string>;
  /** The error of a request that meets such a lock or an operation on the resource itself. Default: the dialect's. */
  conflict?(holder: Resource, draft: Pick<Draft, "id" | "name">): CloudError;
  /** Why the resource cannot be deleted although no other resource refers to it; undefined if it can. */
  refuseDeletion?(resource: Resource, view: View): CloudError | undefined;
  /**
   * What the cloud keeps of a deleted resource, under another key. The other resources that are deleted at the same time are in
   * `doomed`.
   */
  remains?(resource: Resource, doomed: readonly Resource[]): Resource | undefined;
  /** The error of a deletion while other resources refer to the resource. Default: the dialect's. */
  inUse?(resource: Resource, users: readonly Resource[]): CloudError;
  /** The error of a creation if the resource exists already. Default: the dialect's. */
  exists?(resource: Resource): CloudError;
  /** Values that the cloud assigns at creation. */
  computed?(draft: Draft): PropertyMap;
  /** Resources that the cloud creates with the resource: a virtual network's inline subnets, a VPC's main route table. */
  children?(draft: Draft): Iterable<Child>;
  /** Outputs in addition to the inputs and the computed values. */
  outputs?(resource: Resource, view: View): PropertyMap;
}

/** `random`: the program's resource name and random digits; `uuid`: a UUID; `copy`: the program's resource name. */
export interface Autoname {
  readonly property: string;
  readonly style: "random" | "uuid" | "copy";
  readonly maximumLength?: number;
}

/** The account, caller and region that a session works with. */
export interface Scope {
  /** Azure's subscription or AWS's account. */
  readonly account: string;
  readonly tenant: string;
  /** The object id or ARN of the caller. */
  readonly principal: string;
  readonly client: string;
  /** AWS's region; Azure's configured default location, if any. */
  readonly region: string;
  readonly defaultTags: Readonly<Record<string, string>>;
}

export interface Identification {
  readonly inputs: PropertyMap;
  readonly scope: Scope;
  /** 64 hexadecimal digits, different for each creation. */
  readonly unique: string;
  readonly view: View;
}

export interface Identity {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly location: string;
}

/** A resource that a request is about to create, read, update or delete. */
export interface Draft extends Identity {
  readonly inputs: PropertyMap;
  readonly scope: Scope;
  readonly unique: string;
  /** In an update: the resource before it. */
  readonly previous?: Resource;
  readonly view: View;
}

export interface Reference {
  readonly key: string;
  /** The error if the resource does not exist. */
  readonly missing: CloudError;
}

export type Child = Pick<
  Resource,
  "key" | "id" | "type" | "name" | "location" | "inputs" | "computed" | "references"
>;

/** Read access to all resources, for rules that depend on other resources. */
export interface View {
  find(key: string): Resource | undefined;
  list(type: string): readonly Resource[];
  dependents(key: string): readonly Resource[];
  children(key: string): readonly Resource[];
  /** True if no operation on the resource is under way and the last operation succeeded. */
  isReady(resource: Resource): boolean;
  state(resource: Resource): State;
  /** An address that no other resource has; the same text yields the same address. */
  address(text: string): string;
  readonly kubernetes: KubernetesEndpoint;
  /** URL of the control API, which also serves what the clouds' services serve outside of their plugins. */
  readonly controlUrl: string;
  /** The quotas of the simulated accounts that differ from the cloud's defaults, by the cloud's code of the quota. */
  readonly quotas: Readonly<Record<string, number>>;
}

export type State = "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed";

/** The control plane that the credentials of every simulated cluster point to. */
export interface KubernetesEndpoint {
  readonly server: string;
  /** The certificate authority: PEM in base64. */
  authority(): string;
}
