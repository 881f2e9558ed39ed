import type { PropertyMap } from "./values";

/**
 * A resource provider plugin, without its wire protocol: what a stand-in for an official plugin implements.
 * `serve` puts it behind gRPC. The terms are the protocol's own, see
 * https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto.
 */
export interface Plugin {
  /** The package served: `azure-native`, `aws`, `kubernetes` or `command`. */
  readonly name: string;
  /** The version answered to the engine; the SDK's own, so that no version warning appears. */
  readonly version: string;
  /** True if `create` and `update` understand a preview (a dry run); otherwise the engine does not call them then. */
  readonly supportsPreview: boolean;
  /**
   * True if any output may hold what any input holds, as the output of a command may: one secret input then
   * makes every output secret. Otherwise an output is secret when the input of the same name is.
   */
  readonly outputsMixInputs?: boolean;
  /**
   * Called once for each provider resource (`new kubernetes.Provider(…)`) in each engine operation; the
   * session it returns serves the calls that come over the same connection.
   */
  configure(config: PropertyMap, engine: Engine): Promise<Session>;
}

/** The engine that attached to the plugin. */
export interface Engine {
  /** Shows a line at the resource, while the operation goes on. */
  log(urn: string, line: string): void;
}

/** One configured provider. Every method may throw: an `Error`'s message is shown to the user as it is. */
export interface Session {
  check(request: CheckRequest): Promise<CheckResult>;
  diff(request: DiffRequest): Promise<DiffResult>;
  create(request: CreateRequest): Promise<CreateResult>;
  read(request: ReadRequest): Promise<ReadResult | undefined>;
  update(request: UpdateRequest): Promise<PropertyMap>;
  delete(request: DeleteRequest): Promise<void>;
  invoke(request: InvokeRequest): Promise<PropertyMap>;
}

/** `type` is the resource's token (`azure-native:network:VirtualNetwork`), `name` its name in the program. */
interface About {
  readonly urn: string;
  readonly type: string;
  readonly name: string;
}

export interface CheckRequest extends About {
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  /** Stable from run to run of one operation; what random names are made from. */
  readonly randomSeed: Uint8Array;
}

export interface CheckResult {
  readonly inputs: PropertyMap;
  readonly failures?: readonly { readonly property: string; readonly reason: string }[];
}

export interface DiffRequest extends About {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
}

export interface DiffResult {
  /** Paths of the inputs that differ, each with whether it forces a replacement. Empty: no change. */
  readonly changes: readonly PropertyChange[];
  readonly deleteBeforeReplace?: boolean;
}

export interface PropertyChange {
  /** In the engine's syntax: `spec.template.spec.containers[0].image`. */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  readonly replaces: boolean;
}

interface Cancellable {
  /** Aborted when the engine cancels (Ctrl+C) or is gone (killed, connection lost). */
  readonly signal: AbortSignal;
  /** `customTimeouts` of the resource in seconds; 0 when none was given. */
  readonly timeoutSeconds: number;
}

export interface CreateRequest extends About, Cancellable {
  readonly inputs: PropertyMap;
  readonly preview: boolean;
}

export interface CreateResult {
  /** Empty in a preview when it is not known yet. */
  readonly id: string;
  readonly outputs: PropertyMap;
}

export interface ReadRequest extends About, Pick<Cancellable, "signal"> {
  readonly id: string;
  readonly olds: PropertyMap;
  readonly inputs: PropertyMap;
}

export interface ReadResult {
  readonly id: string;
  readonly inputs: PropertyMap;
  readonly outputs: PropertyMap;
}

export interface UpdateRequest extends About, Cancellable {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly olds: PropertyMap;
  readonly news: PropertyMap;
  readonly ignoreChanges: readonly string[];
  readonly preview: boolean;
}

export interface DeleteRequest extends About, Cancellable {
  readonly id: string;
  readonly oldInputs: PropertyMap;
  readonly olds: PropertyMap;
}

export interface InvokeRequest {
  /** `azure-native:containerservice:listManagedClusterUserCredentials` */
  readonly token: string;
  readonly args: PropertyMap;
  readonly signal: AbortSignal;
}

/**
 * Thrown by `create` or `update` when the resource exists but did not become what it should be (a Deployment
 * that never got ready): the engine keeps it in the state, fails the step, and the next `up` tries an update.
 */
export class InitializationFailed extends Error {
  constructor(
    readonly id: string,
    readonly outputs: PropertyMap,
    readonly reasons: readonly string[],
  ) {
    super(reasons.join("\n"));
    this.name = "InitializationFailed";
  }
}
