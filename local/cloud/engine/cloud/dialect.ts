import type { PropertyMap } from "../../../plugin/values";
import type { Limit } from "../conditions/buckets";
import type { CloudError } from "../resources/errors";
import type { Kind, Scope, View } from "../resources/kind";
import type { Resource } from "../resources/store";

export type Verb = "create" | "read" | "update" | "delete";

/** The behaviour in which the two clouds and their official plugins differ. */
export interface Dialect {
  readonly cloud: Resource["cloud"];
  readonly version: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly invokes: ReadonlyMap<string, Invoke>;
  /** The scope that the provider's configuration defines. Throws the official plugin's error if the configuration is invalid. */
  scope(config: PropertyMap): Scope;
  /** The inputs as the official plugin's `check` returns them, except for generated names. */
  prepare(kind: Kind, inputs: PropertyMap, request: PrepareRequest): PropertyMap;
  /** The scope of one resource: an AWS resource may set its own region. */
  scopeOf(scope: Scope, id: string, inputs: PropertyMap): Scope;
  /** The text between the program's resource name and the random digits. */
  readonly nameSeparator: string;
  readonly randomDigits: number;
  /** The marker in the inputs for a name that the plugin generated: `__createBeforeDelete` or `__defaults`. */
  namedByPlugin(property: string): PropertyMap;
  /** True if a replacement must delete the old resource first because both would have the same name. */
  deletesBeforeReplace(kind: Kind, oldInputs: PropertyMap): boolean;
  /** True if the plugin reads a resource before creating it, and again after each write. */
  readonly readsBeforeCreate: boolean;
  /** The key and the id in the cloud of the resource that the engine names by an id. */
  locate(kind: Kind, id: string, scope: Scope): { readonly key: string; readonly id: string };
  /**
   * The id of a resource for a read without a state, as an import makes one. Throws the official plugin's error if the
   * id does not have the import format of the kind.
   */
  importedId(kind: Kind, id: string, view: View): string;
  /** The inputs that the official plugin's `read` returns. */
  inputsAfterRead(kind: Kind, read: FinishedRead): PropertyMap;
  limits(kind: Kind, verb: Verb, scope: Scope, location: string): readonly Limit[];
  throttled(operation: string, retryAfterSeconds: number): CloudError;
  /**
   * Simulated seconds after which the official client retries the request; undefined when the client gives up.
   * @param attempt number of the failed attempt, 1 for the first
   * @param waited seconds since the first attempt
   * @param draw a number in [0, 1) for the jitter
   */
  retryDelay(error: CloudError, attempt: number, waited: number, draw: number): number | undefined;
  /** How long the official plugin waits for an operation if the program sets no `customTimeouts`. */
  readonly defaultTimeoutSeconds: number;
  /** The error's text as the official plugin prints it. */
  explain(error: CloudError, operation: string, id: string): string;
  exists(resource: Resource): Error;
  conflict(holder: Resource, id: string): CloudError;
  inUse(resource: Resource, users: readonly Resource[]): CloudError;
  /** Every output of a resource. */
  outputs(kind: Kind, resource: Resource, view: View): PropertyMap;
  /** The pools of Kubernetes nodes that exist now. */
  nodePools?(view: View): readonly NodePool[];
  /** The availability zone of each subnet that a load balancer can have, by the subnet's id. */
  subnetZones?(view: View): Readonly<Record<string, string>>;
  /** Outputs of an update that are certain at preview time. */
  previewUpdate(outputs: PropertyMap, olds: PropertyMap): PropertyMap;
}

export interface FinishedRead {
  readonly resource: Resource;
  /** The inputs in the engine's state; empty in an import. */
  readonly oldInputs: PropertyMap;
  /** The outputs in the engine's state; empty if the engine has only an id. */
  readonly oldOutputs: PropertyMap;
  readonly outputs: PropertyMap;
}

/** A pool of equal Kubernetes nodes of one cluster. */
export interface NodePool {
  /** The cluster's name, which the program also gives to the namespace of its nodes. */
  readonly cluster: string;
  /** Unique in the cluster. */
  readonly name: string;
  readonly region: string;
  /** The zones over which the nodes are spread, as their zone label names them. */
  readonly zones: readonly string[];
  readonly count: number;
  readonly instanceType: string;
  /** Kubernetes version. @example "1.35" */
  readonly version: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly { readonly key: string; readonly value?: string; readonly effect: string }[];
}

export interface PrepareRequest {
  readonly scope: Scope;
  readonly olds: PropertyMap;
  readonly view: View;
}

export interface Invoke {
  /** API operation, for statistics and rate limits. */
  readonly operation: string;
  /** Throws a CloudError if the API refuses the request. */
  answer(args: PropertyMap, scope: Scope, view: View): PropertyMap;
}
