import type { PropertyMap } from "./values";

/**
 * A resource provider plugin without the wire protocol. A stand-in for an official plugin implements this interface, and
 * `serve` makes it available over gRPC. The terms are those of the protocol:
 * https://github.com/pulumi/pulumi/blob/master/proto/pulumi/provider.proto
 */
export interface Plugin {
  /** Name of the package whose resources the plugin manages: `azure-native`, `aws` or `command`. */
  readonly name: string;
  /** The version that the engine receives: the version of the SDK, so that the engine shows no version warning. */
  readonly version: string;
  /** True if `create` and `update` support previews (dry runs); if false, the engine does not call them in a preview. */
  readonly supportsPreview: boolean;
  /**
   * True if any output may contain the value of any input, as the output of a command may: then one secret input makes
   * every output secret. If false, an output is secret only if the input of the same name is. @default false
   */
  readonly outputsMixInputs?: boolean;
  /**
   * Called once for each provider resource (`new aws.Provider(…)`) in each operation of the engine. The returned session
   * serves all calls that arrive over the same connection.
   */
  configure(config: PropertyMap, engine: Engine): Promise<Session>;
}

/** The engine that attached to the plugin. */
export interface Engine {
  /** Shows a line of text at the resource while the operation is under way. */
  log(urn: string, line: string): void;
}

/** A configured provider. If a method throws an `Error`, the engine shows the error's message to the user unchanged. */
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
  /** Seed for random names, which is the same when the engine repeats an operation. */
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
  /** The inputs that differ; empty if nothing has changed. */
  readonly changes: readonly PropertyChange[];
  readonly deleteBeforeReplace?: boolean;
}

export interface PropertyChange {
  /** Path of the input in the engine's syntax. @example "spec.template.spec.containers[0].image" */
  readonly path: string;
  readonly kind: "add" | "delete" | "update";
  /** True if the change forces a replacement of the resource. */
  readonly replaces: boolean;
}

interface Cancellable {
  /** Aborted when the engine cancels the operation (Ctrl+C), or when the connection to the engine is lost. */
  readonly signal: AbortSignal;
  /** The timeout in the resource's `customTimeouts`, in seconds; 0 if the program sets none. */
  readonly timeoutSeconds: number;
}

export interface CreateRequest extends About, Cancellable {
  readonly inputs: PropertyMap;
  readonly preview: boolean;
}

export interface CreateResult {
  /** Empty in a preview if the id is not known yet. */
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
  /** Token of the function. @example "azure-native:containerservice:listManagedClusterUserCredentials" */
  readonly token: string;
  readonly args: PropertyMap;
  readonly signal: AbortSignal;
}

/**
 * Thrown by `create` or `update` if the resource exists but did not reach its desired state, for example a Deployment that
 * did not become ready. The engine keeps the resource in the state and reports a failure; the next `up` updates the
 * resource.
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
