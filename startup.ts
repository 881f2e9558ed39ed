import Module from "node:module";
import type * as Pulumi from "@pulumi/pulumi";
import { bundleOf } from "./bundled-packages";

/*
 * Changes to Pulumi's SDK: one that lets a run go on without resources that failed, and others that make the SDK's processes
 * start and run faster, each with its gain. The figures in seconds of the dev stack were measured on two cores with version
 * 3.225 of the SDK, those of 24 regions with version 3.248.
 */

/**
 * Makes packages load modules only when they are used which they load at their start and this project seldom or never uses,
 * and loads packages of very many modules as one file.
 *
 * Saves half of the CPU time that the program takes to load, 0.7 of 1.1 s on two cores, and a third of its memory at that time.
 */
export function loadModulesWhenUsed(): void {
  const loader = Module as unknown as ModuleLoader;
  const load = loader._load;
  loader._load = function (request, parent, ...rest) {
    const loadNow = () => load.call(this, request, parent, ...rest) as Exports;
    const importer = parent?.filename?.replaceAll("\\", "/") ?? "";
    // The SDK's translator of stack traces is never used: `typescript.js` translates them.
    if (request === "source-map-support/register" && SDK_FILE.test(importer)) {
      return {};
    }
    // Before the program, the SDK lets a debugger of its own look at every loaded script, which takes 0.3 s. Only the
    // serialization of closures asks that debugger anything.
    if (request === "../../runtime/closure/v8Hooks" && SDK_FILE.test(importer)) {
      return { isInitializedAsync: async () => {} };
    }
    const bundle = bundleOf(request, () => loader._resolveFilename(request, parent));
    if (bundle !== undefined) {
      return load.call(this, bundle, parent, ...rest) as Exports;
    }
    return SELDOM_USED.some(({ by, modules }) => by.test(importer) && modules.test(request))
      ? whenUsed(loadNow)
      : loadNow();
  };
}

/** A module that is loaded when one of its exports is read. */
function whenUsed(load: () => Exports): Exports {
  let loaded: Exports | undefined;
  return new Proxy<Exports>(
    {},
    {
      get: (_, name) => {
        if (name === "__esModule") {
          return true;
        }
        loaded ??= load();
        return exportOf(loaded, name);
      },
    },
  );
}

/** The value of an import, of a module with `import` and `export` or of any other. */
function exportOf(module: Exports, name: PropertyKey): unknown {
  return name === "default" && module["__esModule"] !== true ? module : module[name];
}

type Exports = Record<PropertyKey, unknown>;

interface Importer {
  readonly filename?: string;
}

/** Node's module loader. Node's own types contain only its public members. */
interface ModuleLoader {
  _load(request: string, parent: Importer | undefined, ...rest: unknown[]): unknown;
  _resolveFilename(request: string, parent: Importer | undefined): string;
}

const SDK_FILE = /\/@pulumi\/pulumi\//;

/** Modules that are loaded when they are used, and the files that import them. */
const SELDOM_USED: readonly { readonly by: RegExp; readonly modules: RegExp }[] = [
  // The serialization of closures. This project serializes no closure.
  { by: SDK_FILE, modules: /^(typescript|@npmcli\/arborist|normalize-package-data)$/ },
  // The SDK exports its Automation API to the program. The command imports the Automation API itself.
  { by: /\/@pulumi\/pulumi\/index\.js$/, modules: /^\.\/automation$/ },
  // The trace that `pulumi --tracing` asks for.
  { by: /\/@pulumi\/pulumi\/cmd\/run\/tracing\.js$/, modules: /^@opentelemetry\/(?!api$)/ },
  // Lists of exports, each of which is looked up in its module when it is read.
  { by: /\/(viem\/_cjs\/((accounts|utils)\/)?index\.js|zod\/v4\/locales\/index\.cjs)$/, modules: /./ },
  // The services of a cloud, and the groups of Kubernetes' API.
  {
    by: /\/@pulumi\/(aws|kubernetes)\/index\.js$/,
    modules: /^\.\/(?!(provider|tags|utilities|utils)$)[a-z0-9]+$/,
  },
];

/**
 * Leaves the outputs of resources unknown which a run leaves out before they exist, because they are excluded from the run or
 * are none of its targets. The engine reports the registration of such a resource as a success without an id
 * (`NewSkippedCreateStep` in pkg/resource/deploy/step.go of https://github.com/pulumi/pulumi), and the SDK takes outputs that
 * are missing in the response for known ones without values. An input made of such an output is dropped with its dependency,
 * so that the engine does not leave out the resource that needs the input: the resource fails its check, which ends the run.
 *
 * Call the function inside the program, before the first resource.
 */
export function leaveOutputsOfSkippedResourcesUnknown({ runtime }: typeof Pulumi): void {
  if (runtime.isDryRun()) {
    return;
  }
  const { RegisterResourceResponse, Result } =
    require("@pulumi/pulumi/proto/resource_pb") as typeof import("@pulumi/pulumi/proto/resource_pb");
  const { getResult } = RegisterResourceResponse.prototype;
  RegisterResourceResponse.prototype.getResult = function () {
    const result = getResult.call(this);
    // Components have no id either; their outputs are values of the program and not of the response.
    return result === Result.SUCCESS && this.getId() === "" ? Result.SKIP : result;
  };
}

/** Makes the SDK leave out work whose results this program does not use. Call the function before the first resource. */
export function reduceSdkWork(sdk: typeof Pulumi): void {
  leaveRegistrationTracesOut(sdk);
  createOutputsWhenRead();
  leavePromiseTracesOut();
  leaveDebugMessagesOut();
}

/**
 * Keeps the stack trace of each resource's registration out of the state.
 *
 * Saves a fifth of the bytes that a file backend writes at each step.
 */
function leaveRegistrationTracesOut(sdk: typeof Pulumi): void {
  Object.assign(sdk.Resource, { stackTrace: () => [] });
}

/**
 * Drops the aliases with which the SDKs of the clouds and of Kubernetes register every resource: the names of its type in
 * all earlier versions of the API, up to 60 of them. They let a program take over resources that an earlier major version
 * of the SDK has made, and this program has always used one major version of each.
 *
 * Saves half of the program's CPU time with 24 regions, and a third of its memory. Call the function inside the program,
 * before the first resource.
 */
export function leaveAliasesOut({ runtime }: typeof Pulumi): void {
  runtime.registerStackTransformation(({ type, props, opts }) =>
    opts.aliases !== undefined && OFFICIAL_SDK.test(type)
      ? { props, opts: { ...opts, aliases: [] } }
      : undefined,
  );
}

const OFFICIAL_SDK = /^(azure-native|aws|kubernetes):/;

/**
 * Takes no stack trace for the promises that the SDK creates, four for each output of each resource. The SDK shows these
 * traces only if `PULUMI_DEBUG_PROMISE_LEAKS` is set, and then they are taken.
 *
 * Saves a third of the rest of the program's CPU time with 24 regions.
 */
function leavePromiseTracesOut(): void {
  const debuggable = require("@pulumi/pulumi/runtime/debuggable") as Debuggable;
  if (debuggable.debugPromiseLeaks) {
    return;
  }
  const { debuggablePromise } = debuggable;
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

/** The SDK's module of debuggable promises, which the SDK does not export. */
interface Debuggable {
  readonly debugPromiseLeaks: boolean;
  debuggablePromise: <Value>(promise: Promise<Value>, context?: unknown) => Promise<Value>;
}

/**
 * Drops the SDK's debug messages: three for each resource, one of them with all of its properties, each of which is a call
 * of the engine. The engine shows them only with `--debug`, so set `CHAINFLEET_SDK_DEBUG` with it to keep them.
 *
 * Saves a third of the rest of the program's CPU time with 24 regions, and a tenth of the engine's.
 */
function leaveDebugMessagesOut(): void {
  if (process.env.CHAINFLEET_SDK_DEBUG !== undefined) {
    return;
  }
  Object.assign(require("@pulumi/pulumi/log"), { debug: async () => {} });
  const { RegisterResourceResponse } =
    require("@pulumi/pulumi/proto/resource_pb") as typeof import("@pulumi/pulumi/proto/resource_pb");
  // The SDK writes the whole response into a debug message.
  RegisterResourceResponse.prototype.toString = () => "RegisterResourceResponse";
}

/**
 * Lets the SDK create an output of a resource when the program first reads the output. The SDK creates all of them with the
 * resource, some twenty promises for each, and a program reads few of the dozens that a resource of a cloud has.
 *
 * Saves a tenth of the rest of the program's CPU time with 24 regions, and a fifth of its memory.
 */
function createOutputsWhenRead(): void {
  const rpc = require("@pulumi/pulumi/runtime/rpc") as PropertyTransfer;
  const createOutputs = rpc.transferProperties;
  rpc.transferProperties = (resource, label, props) => {
    const names = Object.keys(props).filter((name) => name !== "id" && name !== "urn");
    return Object.fromEntries(names.map((name) => [name, outputWhenRead(name)]));

    function outputWhenRead(name: string): Resolver {
      let result: unknown[] | undefined;
      let resolve: Resolver | undefined;
      Object.defineProperty(resource, name, {
        configurable: true,
        enumerable: true,
        get: () => {
          // The SDK refuses to create an output whose property exists.
          Reflect.deleteProperty(resource, name);
          resolve = createOutputs(resource, label, { [name]: props[name] })[name];
          if (result !== undefined) {
            resolve?.(...result);
          }
          return resource[name];
        },
        set: (value: unknown) =>
          Object.defineProperty(resource, name, {
            configurable: true,
            enumerable: true,
            writable: true,
            value,
          }),
      });
      return (...values) => {
        result = values;
        resolve?.(...values);
      };
    }
  };
}

/** Sets the value of an output, or its error. */
type Resolver = (...result: unknown[]) => void;

/** The SDK's module that turns the properties of a resource into outputs, which the SDK does not export. */
interface PropertyTransfer {
  transferProperties: (
    resource: Record<string, unknown>,
    label: string,
    props: Readonly<Record<string, unknown>>,
  ) => Record<string, Resolver>;
}
