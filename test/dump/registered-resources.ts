import * as pulumi from "@pulumi/pulumi";
import type { MockCallArgs, MockResourceArgs } from "@pulumi/pulumi/runtime";

/** A resource that a program registered, with the resource options that the engine received. */
export interface RegisteredResource {
  readonly type: string;
  readonly name: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests read inputs by path
  readonly inputs: any;
  /** The name of the explicit provider; empty if the resource has the default one. */
  readonly provider: string;
  readonly retainOnDelete: boolean;
  /** The id under which the engine imports the resource; empty if it creates the resource. */
  readonly importId: string;
  readonly ignoreChanges: readonly string[];
  /** The names of the hooks that run before an update. */
  readonly beforeUpdate: readonly string[];
}

/** The answers of the clouds. */
export interface CloudAnswers {
  /** The id and the outputs of a new resource. */
  readonly newResource: (resource: MockResourceArgs) => { readonly id: string; readonly outputs: object };
  /** The result of a question. */
  readonly call?: (question: MockCallArgs) => Record<string, unknown>;
}

/** Runs a part of the program without a cloud. @returns the resources in the order of their registration. */
export async function registeredResources(
  answers: CloudAnswers,
  program: () => unknown,
): Promise<readonly RegisteredResource[]> {
  const resources: RegisteredResource[] = [];
  await pulumi.runtime.setMocks({
    newResource: (resource) => {
      const { id, outputs } = answers.newResource(resource);
      return { id: resource.custom === false ? undefined : id, state: { ...resource.inputs, ...outputs } };
    },
    call: (question) => answers.call?.(question) ?? {},
  });
  recordRequests(resources);
  await program();
  await pulumi.runtime.disconnect();
  return resources;
}

/** Pulumi's mocks do not show the options of a resource. */
function recordRequests(resources: RegisteredResource[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor;
  const register = monitor.registerResource.bind(monitor);
  const accept = (_request: unknown, respond: (error: null, response: object) => void) => respond(null, {});
  Object.assign(monitor, {
    registerResourceHook: accept,
    registerErrorHook: accept,
    registerResource: (request: RegisterRequest, respond: unknown) => {
      resources.push({
        type: request.getType(),
        name: request.getName(),
        inputs: request.getObject()?.toJavaScript() ?? {},
        provider: request.getProvider().split("::").at(-2) ?? "",
        retainOnDelete: request.getRetainondelete(),
        importId: request.getImportid(),
        ignoreChanges: request.getIgnorechangesList(),
        beforeUpdate: request.getHooks()?.getBeforeUpdateList() ?? [],
      });
      return register(request, respond);
    },
  });
}

interface Monitor {
  registerResource(request: RegisterRequest, respond: unknown): unknown;
}

/** The part of the engine's protocol that is recorded: RegisterResourceRequest in pulumi/resource.proto. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getObject(): { toJavaScript(): object } | undefined;
  /** `<urn>::<id>` */
  getProvider(): string;
  getRetainondelete(): boolean;
  getImportid(): string;
  getIgnorechangesList(): string[];
  getHooks(): { getBeforeUpdateList(): string[] } | undefined;
}
