import * as pulumi from "@pulumi/pulumi";
import { longestPrefix } from "../components/longest-prefix";
import {
  type PolicySettings,
  typesLookedAtTogether,
  type Violation,
  violationsOfResource,
  violationsOfStack,
  violationText,
} from "../components/policy/judgement";
import type { PolicyResource } from "../components/policy/rule";

/**
 * Lets the rules of the config look at every resource that this program registers, before the engine sees the resource. A plain
 * `pulumi preview` needs no policy pack for that, and the look costs no call: the pack in policies/ has the same rules for
 * organizations that enforce packs.
 *
 * An advisory finding is a warning. A mandatory one is an error, so that the run fails; an `up` does not create the resource.
 * What only the whole stack can tell is told when all resources are registered. Call the function inside the program, before
 * the first resource.
 *
 * @param regions the names of the regions and chains, for messages.
 */
export function enforcePolicies(settings: PolicySettings, regions: readonly string[]): void {
  const monitor = pulumi.runtime.getMonitor() as unknown as Monitor | undefined;
  if (monitor === undefined) {
    return;
  }
  const lookedAtTogether = typesLookedAtTogether();
  const resources: PolicyResource[] = [];
  const providers = new Map<string, PolicyResource["properties"]>();
  let errors = 0;
  const tell = (violation: Violation) => {
    const message = violationText(violation, longestPrefix(violation.resource, regions));
    if (violation.level === "advisory") {
      void pulumi.log.warn(message);
    } else {
      errors += 1;
      void pulumi.log.error(message);
    }
  };
  const register = monitor.registerResource.bind(monitor);
  monitor.registerResource = (request, respond) => {
    if (!request.getCustom()) {
      return register(request, respond);
    }
    const resource = resourceOf(request, providers);
    if (resource.type.startsWith(PROVIDER)) {
      providers.set(resource.name, resource.properties);
      return register(request, respond);
    }
    if (lookedAtTogether.has(resource.type)) {
      resources.push(resource);
    }
    const violations = violationsOfResource(resource, settings);
    violations.forEach(tell);
    // A preview goes on, so that all findings are told at once.
    if (pulumi.runtime.isDryRun() || violations.every(({ level }) => level === "advisory")) {
      return register(request, respond);
    }
    // The resource gets no answer, so neither it nor what depends on it is made.
    return undefined;
  };
  // The SDK waits for what programs do here; @pulumi/aws registers resources at this time (cmd/run/index.ts, beforeExitHandler).
  process.once("beforeExit", () => {
    violationsOfStack(resources, settings).forEach(tell);
    if (errors > 0) {
      process.exitCode = FAILED_AND_TOLD;
    }
  });
}

/**
 * The exit code of a program that failed and has told why; messages alone do not fail a run. The language host then adds no
 * message of its own (nodeJSProcessExitedAfterLoggingUserActionableMessage in cmd/run/index.ts of the SDK).
 */
const FAILED_AND_TOLD = 32;

const PROVIDER = "pulumi:providers:";

function resourceOf(
  request: RegisterRequest,
  providers: ReadonlyMap<string, PolicyResource["properties"]>,
): PolicyResource {
  // The reference to a provider is `<urn>::<id>`.
  const provider = providers.get(request.getProvider().split("::").at(-2) ?? "");
  let properties: PolicyResource["properties"] | undefined;
  return {
    type: request.getType(),
    name: request.getName(),
    // No rule looks into most resources, among them those with the code of contracts.
    get properties() {
      properties ??= request.getObject()?.toJavaScript() ?? {};
      return properties;
    },
    ...(provider === undefined ? {} : { provider }),
  };
}

/** The engine as the SDK sees it, which the SDK does not export a type of: ResourceMonitor in pulumi/resource.proto. */
interface Monitor {
  registerResource: (request: RegisterRequest, respond: (error: Error) => void) => unknown;
}

/** The part of RegisterResourceRequest that is read. */
interface RegisterRequest {
  getType(): string;
  getName(): string;
  getCustom(): boolean;
  getProvider(): string;
  getObject(): { toJavaScript(): Record<string, unknown> } | undefined;
}
