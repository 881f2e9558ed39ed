import type { PropertyMap } from "../../plugin/values";
import type { Limit } from "./buckets";
import type { CloudError } from "./errors";
import type { Kind, Scope, View } from "./kind";
import type { Resource } from "./store";

export type Verb = "create" | "read" | "update" | "delete";

/** What differs between the two clouds and between their official plugins. */
export interface Dialect {
  readonly cloud: Resource["cloud"];
  readonly version: string;
  readonly kinds: ReadonlyMap<string, Kind>;
  readonly invokes: ReadonlyMap<string, Invoke>;
  /** From the provider's configuration. Throws what the official plugin would. */
  scope(config: PropertyMap): Scope;
  /** The inputs as the official plugin's `check` returns them, names apart. */
  prepare(kind: Kind, inputs: PropertyMap, request: PrepareRequest): PropertyMap;
  /** The scope of one resource: AWS resources may name a region of their own. */
  scopeOf(scope: Scope, id: string, inputs: PropertyMap): Scope;
  /** The text to put between a program's name and the random digits. */
  readonly nameSeparator: string;
  readonly randomDigits: number;
  /** The note that a name was made up, put in the inputs: `__createBeforeDelete` or `__defaults`. */
  namedByPlugin(property: string): PropertyMap;
  /** Whether a replacement has to delete the old one first because the new one would have its name. */
  deletesBeforeReplace(kind: Kind, oldInputs: PropertyMap): boolean;
  /** True if the plugin looks whether the resource exists before it creates it. */
  readonly looksBeforeCreate: boolean;
  /** The key and the bare id of what the engine knows by an id. */
  locate(kind: Kind, id: string, scope: Scope): { readonly key: string; readonly id: string };
  limits(kind: Kind, verb: Verb, scope: Scope, location: string): readonly Limit[];
  throttled(operation: string, retryAfterSeconds: number): CloudError;
  /**
   * Simulated seconds after which the official client sends the request again; undefined when it gives up.
   * @param attempt 1 for the first
   * @param waited seconds since the first attempt
   * @param draw a number in [0, 1) for the jitter
   */
  retryDelay(error: CloudError, attempt: number, waited: number, draw: number): number | undefined;
  /** How long the official plugin waits for an operation when the program sets no `customTimeouts`; seconds. */
  readonly patienceSeconds: number;
  /** Words an error as the official plugin prints it. */
  explain(error: CloudError, operation: string, id: string): string;
  exists(resource: Resource): Error;
  conflict(holder: Resource, id: string): CloudError;
  inUse(resource: Resource, by: readonly Resource[]): CloudError;
  /** Every output of a resource. */
  outputs(kind: Kind, resource: Resource, view: View): PropertyMap;
  /** Outputs of an update that a preview can promise. */
  previewUpdate(outputs: PropertyMap, olds: PropertyMap): PropertyMap;
}

export interface PrepareRequest {
  readonly scope: Scope;
  readonly olds: PropertyMap;
  readonly view: View;
}

export interface Invoke {
  /** As counted and limited. */
  readonly operation: string;
  /** Throws a CloudError for what the API refuses. */
  answer(args: PropertyMap, scope: Scope, view: View): PropertyMap;
}
