/** Counts of the calls to one API operation (`PUT Microsoft.Network/virtualNetworks`) since the process started. */
export interface OperationStatistics {
  /** Requests, retries included. */
  calls: number;
  /** Answers with status 429 or a throttling code. */
  throttles: number;
  /** Repeated requests, whatever error caused the repetition. */
  retries: number;
  /** Errors that reached the engine. */
  errors: number;
}

export class Statistics {
  readonly #operations = new Map<string, OperationStatistics>();

  of(operation: string): OperationStatistics {
    const existing = this.#operations.get(operation);
    if (existing !== undefined) {
      return existing;
    }
    const created = { calls: 0, throttles: 0, retries: 0, errors: 0 };
    this.#operations.set(operation, created);
    return created;
  }

  report(): { total: OperationStatistics; operations: Record<string, OperationStatistics> } {
    const total = { calls: 0, throttles: 0, retries: 0, errors: 0 };
    for (const counts of this.#operations.values()) {
      total.calls += counts.calls;
      total.throttles += counts.throttles;
      total.retries += counts.retries;
      total.errors += counts.errors;
    }
    const sorted = [...this.#operations].sort(([a], [b]) => (a < b ? -1 : 1));
    return { total, operations: Object.fromEntries(sorted) };
  }

  clear(): void {
    this.#operations.clear();
  }
}
