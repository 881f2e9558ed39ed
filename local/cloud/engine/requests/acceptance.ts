import type { PropertyMap } from "../../../plugin/values";
import { type Cloud, isUnderWay } from "../cloud/cloud";
import type { Dialect } from "../cloud/dialect";
import type { KindContext } from "../cloud/kind-context";
import { duration } from "../conditions/durations";
import type { Fault } from "../conditions/faults";
import { CloudError } from "../resources/errors";
import type { Child, Draft, Kind } from "../resources/kind";
import type { Operation, Resource } from "../resources/store";

export interface WriteRequest {
  readonly draft: Draft;
  /** URN of the program's resource on whose behalf the request is made. */
  readonly urn: string;
  /** Fault to inject after the request was accepted. */
  readonly fault: Fault | undefined;
}

export interface DeletionRequest extends Omit<WriteRequest, "urn"> {
  readonly resource: Resource;
}
/**
 * Accepts a creation or an update, or throws the error with which the cloud refuses the request. When this
 * returns, the resource is on disk together with the time at which its operation ends: the operation completes
 * even if no caller waits for it.
 */
export function acceptWrite(context: KindContext, { draft, urn, fault }: WriteRequest): Resource {
  const { cloud, dialect, kind } = context;
  const { previous } = draft;
  const locks = [...(kind.locks?.(draft) ?? [])];
  if (previous !== undefined && isUnderWay(previous.operation)) {
    throw conflict(dialect, kind, previous, draft);
  }
  const holder = cloud.lockHolder([draft.key, ...locks], draft.key);
  if (holder !== undefined) {
    throw conflict(dialect, kind, holder, draft);
  }
  const parent = kind.parent?.(draft);
  const references = [...(kind.references?.(draft) ?? [])];
  for (const { key, missing } of [...(parent === undefined ? [] : [parent]), ...references]) {
    const found = cloud.find(key);
    if (found === undefined || cloud.state(found) === "Deleting") {
      throw missing;
    }
  }
  throwFirst([...(kind.validate?.(draft) ?? [])]);

  const parentKey = parent?.key ?? previous?.parent;
  const verb = previous === undefined ? "create" : "update";
  const operation = planOperation(context, {
    verb,
    key: draft.key,
    locks: [draft.key, ...locks],
    fault,
  });
  const resource: Resource = {
    key: draft.key,
    id: draft.id,
    cloud: dialect.cloud,
    type: kind.token,
    name: draft.name,
    location: draft.location,
    urn,
    createdAt: previous?.createdAt ?? new Date().toISOString(),
    inputs: draft.inputs,
    computed: { ...previous?.computed, ...kind.computed?.(draft) },
    references: [...new Set(references.map(({ key }) => key))],
    ...(parentKey === undefined ? {} : { parent: parentKey }),
    operation,
  };
  cloud.put(resource);
  putChildren(cloud, resource, kind.children?.(draft));
  return resource;
}

/** Accepts a deletion, joins a deletion already under way, or throws the error with which the cloud refuses it. */
export function acceptDeletion(context: KindContext, { draft, resource, fault }: DeletionRequest): Resource {
  const { cloud, dialect, kind } = context;
  if (cloud.state(resource) === "Deleting") {
    return resource;
  }
  const locks = [resource.key, ...(kind.locks?.(draft) ?? [])];
  const holder = cloud.lockHolder(locks, resource.key);
  if (holder !== undefined) {
    throw conflict(dialect, kind, holder, draft);
  }
  const refusal = kind.refuseDeletion?.(resource, cloud);
  if (refusal !== undefined) {
    throw refusal;
  }
  const doomed = [resource, ...cloud.descendants(resource.key)];
  const doomedKeys = new Set(doomed.map(({ key }) => key));
  for (const candidate of doomed) {
    const users = cloud.dependents(candidate.key).filter(({ key }) => !doomedKeys.has(key));
    if (users.length > 0) {
      throw kind.inUse?.(candidate, users) ?? dialect.inUse(candidate, users);
    }
  }
  const operation = planOperation(context, { verb: "delete", key: resource.key, locks, fault });
  const deleted = { ...resource, operation };
  cloud.put(deleted);
  if (operation.failure === undefined) {
    for (const candidate of doomed) {
      const remains = dialect.kinds.get(candidate.type)?.remains?.(candidate, doomed);
      if (remains !== undefined) {
        cloud.put(remains);
      }
    }
  }
  return deleted;
}

/** Releases a resource that existed before the program adopted it (`Kind.adopts`): its settings are reset. */
export function release(cloud: Cloud, resource: Resource): void {
  const { urn: _, ...unmanaged } = resource;
  const inputs: PropertyMap = {
    vpcId: resource.computed.vpcId ?? null,
    region: resource.inputs.region ?? null,
  };
  cloud.put({ ...unmanaged, inputs, references: [] });
}

interface PlannedOperation extends Pick<Operation, "locks"> {
  readonly verb: Operation["kind"];
  readonly key: string;
  readonly fault: Fault | undefined;
}

function planOperation(
  { cloud, kind }: KindContext,
  { verb, key, locks, fault }: PlannedOperation,
): Operation {
  const seconds = duration(kind.token, verb, cloud.seed, key);
  const since = Date.now();
  const fails = fault?.action === "error" || fault?.action === "throttle";
  if (!fails) {
    return { kind: verb, since, until: cloud.clock.deadline(seconds), locks };
  }
  const failure = {
    status: fault.action === "throttle" ? 429 : 500,
    code: fault.code ?? (fault.action === "throttle" ? "TooManyRequests" : "InternalOperationError"),
    detail: fault.message ?? "The operation failed. (Injected by the fault script.)",
  };
  return { kind: verb, since, until: cloud.clock.deadline(fault.afterSeconds ?? seconds), locks, failure };
}

function conflict(
  dialect: Dialect,
  kind: Kind,
  holder: Resource,
  draft: Pick<Draft, "id" | "name">,
): CloudError {
  return kind.conflict?.(holder, draft) ?? dialect.conflict(holder, draft.id);
}

/** Throws the first finding, joined with the other findings of its code: the clouds report one error code at a time. */
function throwFirst(findings: readonly CloudError[]): void {
  const [first] = findings;
  if (first === undefined) {
    return;
  }
  const sameCode = findings.filter(({ code }) => code === first.code);
  throw sameCode.length === 1
    ? first
    : new CloudError(first.status, first.code, sameCode.map(({ detail }) => detail).join(" "));
}

function putChildren(cloud: Cloud, parent: Resource, children: Iterable<Child> | undefined): void {
  if (children === undefined) {
    return;
  }
  const desired = [...children];
  for (const child of desired) {
    const existing = cloud.find(child.key);
    if (existing?.urn === undefined) {
      cloud.put({
        ...child,
        computed: { ...child.computed, ...existing?.computed },
        cloud: parent.cloud,
        createdAt: existing?.createdAt ?? parent.createdAt,
        parent: parent.key,
        operation: { ...parent.operation, locks: [] },
      });
    }
  }
  for (const existing of cloud.children(parent.key)) {
    if (existing.urn === undefined && !desired.some(({ key }) => key === existing.key)) {
      cloud.remove(existing.key);
    }
  }
}
