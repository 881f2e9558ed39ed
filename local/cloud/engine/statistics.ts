/** What was asked of the cloud since the process started, by API operation (`PUT Microsoft.Network/virtualNetworks`). */
export interface OperationStatistics {
  /** Requests, retries included. */
  calls: number;
  /** Answers with status 429 or a throttling code. */
  throttles: number;
  /** Requests that repeat an earlier one, whatever its error was. */
  retries: number;
  /** Errors that reached the engine. */
  errors: number;
}

export class Statistics {
  readonly #operations = new Map<string, OperationStatistics>();

  of(operation: string): OperationStatistics {
    const known = this.#operations.get(operation);
    if (known !== undefined) {
      return known;
    }
    const fresh = { calls: 0, throttles: 0, retries: 0, errors: 0 };
    this.#operations.set(operation, fresh);
    return fresh;
  }

  report(): { total: OperationStatistics; operations: Record<string, OperationStatistics> } {
    const total = { calls: 0, throttles: 0, retries: 0, errors: 0 };
    for (const one of this.#operations.values()) {
      total.calls += one.calls;
      total.throttles += one.throttles;
      total.retries += one.retries;
      total.errors += one.errors;
    }
    const sorted = [...this.#operations].sort(([a], [b]) => (a < b ? -1 : 1));
    return { total, operations: Object.fromEntries(sorted) };
  }

  clear(): void {
    this.#operations.clear();
  }
}
