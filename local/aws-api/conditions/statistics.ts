/** Counts of the calls to one action in one region since the service started. */
export interface ActionStatistics {
  /** Requests, retries included. */
  calls: number;
  /** Requests that were refused because of a rate limit or a scripted throttle. */
  throttles: number;
  /** Requests that were refused for another reason. */
  errors: number;
}

/** Counts by action and region: `ec2:RunInstances eu-west-1`. */
export class Statistics {
  readonly #actions = new Map<string, ActionStatistics>();

  of(service: string, action: string, region: string): ActionStatistics {
    const key = `${service}:${action} ${region}`;
    const existing = this.#actions.get(key);
    if (existing !== undefined) {
      return existing;
    }
    const created = { calls: 0, throttles: 0, errors: 0 };
    this.#actions.set(key, created);
    return created;
  }

  report(): { total: ActionStatistics; actions: Record<string, ActionStatistics> } {
    const total = { calls: 0, throttles: 0, errors: 0 };
    for (const counts of this.#actions.values()) {
      total.calls += counts.calls;
      total.throttles += counts.throttles;
      total.errors += counts.errors;
    }
    const sorted = [...this.#actions].sort(([a], [b]) => (a < b ? -1 : 1));
    return { total, actions: Object.fromEntries(sorted) };
  }

  clear(): void {
    this.#actions.clear();
  }
}
