import type { PropertyMap } from "../../plugin/values";
import { type Cloud, isUnderWay } from "./cloud";
import type { Dialect } from "./dialect";
import { duration } from "./durations";
import { CloudError } from "./errors";
import type { Fault } from "./faults";
import type { Child, Draft, Kind } from "./kind";
import type { Operation, Resource } from "./store";

/**
 * Accepts a creation or a change, or throws what the cloud answers instead. What is accepted is on disk when
 * this returns, with the time at which it will be done: nobody has to wait for it to happen.
 */
export function acceptWrite(
  cloud: Cloud,
  dialect: Dialect,
  kind: Kind,
  draft: Draft,
  urn: string,
  later: Fault | undefined,
): Resource {
  const { previous } = draft;
  const locks = [...(kind.locks?.(draft) ?? [])];
  if (previous !== undefined && isUnderWay(previous.operation)) {
    throw conflict(dialect, kind, previous, draft);
  }
  const holder = cloud.holder([draft.key, ...locks], draft.key);
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
  refuse([...(kind.validate?.(draft) ?? [])]);

  const home = parent?.key ?? previous?.parent;
  const verb = previous === undefined ? "create" : "update";
  const operation = plan(cloud, kind.token, verb, draft.key, [draft.key, ...locks], later);
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
    ...(home === undefined ? {} : { parent: home }),
    operation,
  };
  cloud.put(resource);
  putChildren(cloud, resource, kind.children?.({ ...draft }));
  return resource;
}

/** Accepts a deletion, joins one that is under way, or throws what the cloud answers instead. */
export function acceptDeletion(
  cloud: Cloud,
  dialect: Dialect,
  kind: Kind,
  draft: Draft,
  resource: Resource,
  later: Fault | undefined,
): Resource {
  if (cloud.state(resource) === "Deleting") {
    return resource;
  }
  const locks = [resource.key, ...(kind.locks?.(draft) ?? [])];
  const holder = cloud.holder(locks, resource.key);
  if (holder !== undefined) {
    throw conflict(dialect, kind, holder, draft);
  }
  const kept = kind.keep?.(resource, cloud);
  if (kept !== undefined) {
    throw kept;
  }
  const going = [resource, ...cloud.descendants(resource.key)];
  const keys = new Set(going.map(({ key }) => key));
  for (const one of going) {
    const by = cloud.dependents(one.key).filter(({ key }) => !keys.has(key));
    if (by.length > 0) {
      throw kind.inUse?.(one, by) ?? dialect.inUse(one, by);
    }
  }
  const deleted = { ...resource, operation: plan(cloud, kind.token, "delete", resource.key, locks, later) };
  cloud.put(deleted);
  return deleted;
}

/** Lets go of a resource that was there before (`Kind.adopts`): its settings are taken back. */
export function release(cloud: Cloud, resource: Resource): void {
  const { urn: _, ...rest } = resource;
  const kept: PropertyMap = {
    vpcId: resource.computed.vpcId ?? null,
    region: resource.inputs.region ?? null,
  };
  cloud.put({ ...rest, inputs: kept, references: [] });
}

function plan(
  cloud: Cloud,
  type: string,
  kind: Operation["kind"],
  key: string,
  locks: readonly string[],
  later: Fault | undefined,
): Operation {
  const seconds = duration(type, kind, cloud.seed, key);
  const since = Date.now();
  const fails = later?.action === "error" || later?.action === "throttle";
  if (!fails) {
    return { kind, since, until: cloud.clock.deadline(seconds), locks };
  }
  const failure = {
    status: later.action === "throttle" ? 429 : 500,
    code: later.code ?? (later.action === "throttle" ? "TooManyRequests" : "InternalOperationError"),
    detail: later.message ?? "The operation failed. (Injected by the fault script.)",
  };
  return { kind, since, until: cloud.clock.deadline(later.afterSeconds ?? seconds), locks, failure };
}

function conflict(
  dialect: Dialect,
  kind: Kind,
  holder: Resource,
  draft: Pick<Draft, "id" | "name">,
): CloudError {
  return kind.conflict?.(holder, draft) ?? dialect.conflict(holder, draft.id);
}

/** The first finding is thrown; the clouds answer one at a time, save where a rule has joined several. */
function refuse(findings: readonly CloudError[]): void {
  const [first] = findings;
  if (first === undefined) {
    return;
  }
  const alike = findings.filter(({ code }) => code === first.code);
  throw alike.length === 1
    ? first
    : new CloudError(first.status, first.code, alike.map(({ detail }) => detail).join(" "));
}

function putChildren(cloud: Cloud, parent: Resource, children: Iterable<Child> | undefined): void {
  if (children === undefined) {
    return;
  }
  const wanted = [...children];
  for (const child of wanted) {
    const present = cloud.find(child.key);
    if (present?.urn === undefined) {
      cloud.put({
        ...child,
        computed: { ...child.computed, ...present?.computed },
        cloud: parent.cloud,
        createdAt: present?.createdAt ?? parent.createdAt,
        parent: parent.key,
        operation: { ...parent.operation, locks: [] },
      });
    }
  }
  for (const present of cloud.children(parent.key)) {
    if (present.urn === undefined && !wanted.some(({ key }) => key === present.key)) {
      cloud.remove(present.key);
    }
  }
}
