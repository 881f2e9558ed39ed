import type { PropertyMap } from "../../plugin/values";
import type { Comparison } from "./diff";
import type { CloudError } from "./errors";
import type { Resource } from "./store";

/**
 * One kind of resource as the simulated cloud knows it: its rules as data where they are alike everywhere,
 * as functions where they are its own. `engine/session.ts` does with it what is the same for every kind.
 */
export interface Kind extends Comparison {
  /** Pulumi's type token. */
  readonly token: string;
  /** API operations, as they are counted, limited and named in errors. */
  readonly operations: Record<"create" | "read" | "update" | "delete", string>;
  /** Inputs (dotted paths) without which the official plugin's `check` fails. */
  readonly required: readonly string[];
  /** The input that names the resource, and how it is named when the program does not. */
  readonly autoname?: Autoname;
  /** Inputs that the official plugin fills in. */
  readonly defaults?: PropertyMap;
  /** Inputs that are part of the id or of the request only, and no outputs. */
  readonly pathParameters?: readonly string[];
  /** Outputs (dotted paths) that a preview cannot know. */
  readonly unknown: readonly string[];
  /** Set for `aws.ec2.DefaultRouteTable` and the like: the resource exists already, and deletion only lets go of it. */
  readonly adopts?: boolean;
  /** Set where the API takes a creation of what is there already: IAM's AttachRolePolicy. */
  readonly repeatable?: boolean;
  /** What the official plugin's `check` refuses beside missing properties. */
  check?(inputs: PropertyMap): Iterable<{ readonly property: string; readonly reason: string }>;
  /** Where a new resource goes and what it is called. */
  identify(request: Identification): Identity;
  /** What it goes away with, and what must be there first. */
  parent?(draft: Draft): Reference | undefined;
  /** What must be there first, and cannot be deleted before it. */
  references?(draft: Draft): Iterable<Reference>;
  /** Everything else that the API refuses, in create and update. */
  validate?(draft: Draft): Iterable<CloudError>;
  /** What else no other operation may change while one on this resource is under way; keys. */
  locks?(draft: Pick<Draft, "key" | "id" | "inputs" | "scope">): Iterable<string>;
  /** The answer to a change that meets such a lock, or an operation on the resource itself. */
  conflict?(holder: Resource, draft: Pick<Draft, "id" | "name">): CloudError;
  /** Why it cannot be deleted although nothing refers to it. */
  keep?(resource: Resource, view: View): CloudError | undefined;
  /** The answer to a deletion while others refer to it. */
  inUse?(resource: Resource, by: readonly Resource[]): CloudError;
  /** The answer to a creation when there is one already; without it the dialect's own. */
  exists?(resource: Resource): CloudError;
  /** What the cloud gives it when it is made. */
  computed?(draft: Draft): PropertyMap;
  /** Resources that come with it: a virtual network's inline subnets, a VPC's main route table. */
  children?(draft: Draft): Iterable<Child>;
  /** Outputs beside the inputs and what was computed. */
  outputs?(resource: Resource, view: View): PropertyMap;
}

/** `random`: the program's name and random digits; `uuid`; `copy`: the program's name itself. */
export interface Autoname {
  readonly property: string;
  readonly style: "random" | "uuid" | "copy";
  readonly maximumLength?: number;
}

/** On whose behalf and where a session works. */
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
  /** 64 hexadecimal digits, others for each creation. */
  readonly unique: string;
  readonly view: View;
}

export interface Identity {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly location: string;
}

/** A resource that is about to be made or changed. */
export interface Draft extends Identity {
  readonly inputs: PropertyMap;
  readonly scope: Scope;
  readonly unique: string;
  /** As it was, in an update. */
  readonly previous?: Resource;
  readonly view: View;
}

export interface Reference {
  readonly key: string;
  /** The answer when it does not exist. */
  readonly missing: CloudError;
}

export type Child = Pick<
  Resource,
  "key" | "id" | "type" | "name" | "location" | "inputs" | "computed" | "references"
>;

/** The other resources, for rules that look at them. */
export interface View {
  find(key: string): Resource | undefined;
  list(type: string): readonly Resource[];
  dependents(key: string): readonly Resource[];
  children(key: string): readonly Resource[];
  /** True while an operation is under way on it, or the last one failed. */
  isReady(resource: Resource): boolean;
  state(resource: Resource): State;
  /** An address nobody else has, always the same for the same text. */
  address(text: string): string;
  readonly kubernetes: KubernetesEndpoint;
}

export type State = "Creating" | "Updating" | "Deleting" | "Succeeded" | "Failed";

/** The control plane that every simulated cluster's credentials lead to. */
export interface KubernetesEndpoint {
  readonly server: string;
  /** PEM, base64. */
  authority(): string;
}
