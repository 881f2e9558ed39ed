/** A piece of work in a run: its duration and the pieces of work that it waits for. */
export interface Work {
  readonly id: string;
  readonly seconds: number;
  /** The ids of other pieces of work. An id that is not in the run takes no time. */
  readonly dependencies: readonly string[];
}

/** The longest chain of dependencies that ends with a piece of work, that piece included. */
export interface Chain {
  readonly seconds: number;
  /** The id of the piece of work before it on the chain; undefined for the first. */
  readonly before: string | undefined;
}

/**
 * The critical path of a run: the chain of dependencies that takes the longest time, in the order of the work. With
 * unlimited parallelism, the run would take as long as its critical path. A dependency that closes a cycle is ignored;
 * a Pulumi state has no cycles.
 */
export function criticalPath<Node extends Work>(works: readonly Node[]): Node[] {
  const byId = new Map(works.map((work) => [work.id, work]));
  const longest = longestChains(works);
  let last: string | undefined;
  for (const [id, { seconds }] of longest) {
    if (seconds > (last === undefined ? 0 : (longest.get(last)?.seconds ?? 0))) {
      last = id;
    }
  }
  const path: Node[] = [];
  for (let id = last; id !== undefined; id = longest.get(id)?.before) {
    const work = byId.get(id);
    if (work !== undefined) {
      path.unshift(work);
    }
  }
  return path;
}

/** The longest chain that ends with each piece of work, by its id. */
export function longestChains(works: readonly Work[]): Map<string, Chain> {
  const byId = new Map(works.map((work) => [work.id, work]));
  const longest = new Map<string, Chain>();
  const visiting = new Set<string>();
  const visit = (start: Work): void => {
    const stack: { readonly work: Work; next: number }[] = [{ work: start, next: 0 }];
    visiting.add(start.id);
    for (let top = stack.at(-1); top !== undefined; top = stack.at(-1)) {
      const dependency = top.work.dependencies[top.next];
      if (dependency !== undefined) {
        top.next += 1;
        const open = byId.get(dependency);
        if (open !== undefined && !longest.has(dependency) && !visiting.has(dependency)) {
          visiting.add(dependency);
          stack.push({ work: open, next: 0 });
        }
        continue;
      }
      longest.set(top.work.id, chainTo(top.work, longest));
      visiting.delete(top.work.id);
      stack.pop();
    }
  };
  for (const work of works) {
    if (!longest.has(work.id)) {
      visit(work);
    }
  }
  return longest;
}

function chainTo({ seconds, dependencies }: Work, longest: ReadonlyMap<string, Chain>): Chain {
  let before: string | undefined;
  let total = 0;
  for (const id of dependencies) {
    const candidate = longest.get(id)?.seconds ?? 0;
    if (candidate > total) {
      total = candidate;
      before = id;
    }
  }
  return { seconds: total + seconds, before };
}
