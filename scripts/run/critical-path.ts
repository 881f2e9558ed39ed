/** A resource that a run worked on, with the duration of the work and the resource's dependencies. */
export interface Timed {
  readonly urn: string;
  readonly seconds: number;
  /** URNs. A dependency that the run did not work on takes no time. */
  readonly dependencies: readonly string[];
}

/** A resource on the critical path. */
export interface Link {
  readonly urn: string;
  readonly seconds: number;
}

/**
 * The critical path of a run: the chain of dependencies that takes the longest time, in the order of the work. With
 * unlimited parallelism, the run would take as long as its critical path. A dependency that closes a cycle is ignored;
 * a Pulumi state has no cycles.
 */
export function criticalPath(resources: readonly Timed[]): Link[] {
  const byUrn = new Map(resources.map((resource) => [resource.urn, resource]));
  const longest = new Map<string, { total: number; before: string | undefined }>();
  const visiting = new Set<string>();

  const visit = (start: Timed): void => {
    const stack: Timed[] = [start];
    while (stack.length > 0) {
      const resource = stack[stack.length - 1] as Timed;
      visiting.add(resource.urn);
      const open = resource.dependencies
        .map((urn) => byUrn.get(urn))
        .find((one) => one !== undefined && !longest.has(one.urn) && !visiting.has(one.urn));
      if (open !== undefined) {
        stack.push(open);
        continue;
      }
      let before: string | undefined;
      let total = 0;
      for (const urn of resource.dependencies) {
        const candidate = longest.get(urn)?.total ?? 0;
        if (candidate > total) {
          total = candidate;
          before = urn;
        }
      }
      longest.set(resource.urn, { total: total + resource.seconds, before });
      visiting.delete(resource.urn);
      stack.pop();
    }
  };
  for (const resource of resources) {
    if (!longest.has(resource.urn)) {
      visit(resource);
    }
  }

  let last: string | undefined;
  for (const [urn, { total }] of longest) {
    if (total > 0 && total > (last === undefined ? 0 : (longest.get(last)?.total ?? 0))) {
      last = urn;
    }
  }
  const path: Link[] = [];
  for (let urn = last; urn !== undefined; urn = longest.get(urn)?.before) {
    path.unshift({ urn, seconds: byUrn.get(urn)?.seconds ?? 0 });
  }
  return path;
}
