/** What happened to one machine. Times are ISO 8601. */
export interface MachineRecord {
  readonly namespace: string;
  readonly name: string;
  readonly storageClass: string;
  /** When the machine was started. */
  readonly startedAt: string;
  /** When the machine's SSH server answered; absent if it never did. */
  bootedAt?: string;
  /** When the machine was shut down; absent while it runs. */
  endedAt?: string;
}

/** Counts since the service started. */
export interface StatisticsReport {
  readonly machines: {
    readonly started: number;
    readonly booted: number;
    readonly running: number;
    /** The most machines that ran at the same time. */
    readonly most: number;
    readonly records: readonly MachineRecord[];
  };
  /** Runs of fio by storage class, disturbed ones included. */
  readonly fioRuns: Readonly<Record<string, number>>;
}

/** Counts machines and runs of fio. */
export class Statistics {
  readonly #records = new Map<string, MachineRecord>();
  readonly #fioRuns = new Map<string, number>();
  #most = 0;

  started(id: string, machine: Pick<MachineRecord, "namespace" | "name" | "storageClass">): void {
    this.#records.set(id, { ...machine, startedAt: new Date().toISOString() });
    this.#most = Math.max(this.#most, this.#running);
  }

  booted(id: string): void {
    const record = this.#records.get(id);
    if (record !== undefined) {
      record.bootedAt ??= new Date().toISOString();
    }
  }

  ended(id: string): void {
    const record = this.#records.get(id);
    if (record !== undefined) {
      record.endedAt ??= new Date().toISOString();
    }
  }

  fioRan(storageClass: string): void {
    this.#fioRuns.set(storageClass, (this.#fioRuns.get(storageClass) ?? 0) + 1);
  }

  report(): StatisticsReport {
    const records = [...this.#records.values()];
    return {
      machines: {
        started: records.length,
        booted: records.filter(({ bootedAt }) => bootedAt !== undefined).length,
        running: this.#running,
        most: this.#most,
        records,
      },
      fioRuns: Object.fromEntries([...this.#fioRuns].sort(([a], [b]) => (a < b ? -1 : 1))),
    };
  }

  /** Forgets what has ended. Machines that run stay on record. */
  clear(): void {
    for (const [id, { endedAt }] of this.#records) {
      if (endedAt !== undefined) {
        this.#records.delete(id);
      }
    }
    this.#fioRuns.clear();
    this.#most = this.#running;
  }

  get #running(): number {
    return [...this.#records.values()].filter(({ endedAt }) => endedAt === undefined).length;
  }
}
