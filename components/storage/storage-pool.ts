import * as pulumi from "@pulumi/pulumi";
import { jobFile } from "./fio/job-file";
import { GroupCleanup } from "./group/group-cleanup";
import { definitionOf, type GroupInputs, testKey } from "./group/group-inputs";
import { VmGroupMachines } from "./group/vm-group-machines";
import type { VmGroup } from "./plan/cell";
import { PoolSummary } from "./pool/pool-summary";
import { FioTest } from "./test/fio-test";
import type { TestInputs } from "./test/run-test";

/** What the groups of all pools have in common. */
export type SharedTestInputs = Omit<GroupInputs, "environment" | "group" | "storageClass" | "volumeMode"> &
  Pick<TestInputs, "timeoutSeconds" | "repeat"> & {
    /** The keys of the tests that a named run has done. Undefined: the run has no name. */
    readonly done: ReadonlySet<string> | undefined;
  };

/** Arguments of a StoragePool. */
export interface StoragePoolArgs extends SharedTestInputs {
  readonly storageClass: string;
  readonly volumeMode: GroupInputs["volumeMode"];
  /** The fingerprint of the part of the environment on which the pool's results depend. */
  readonly environment: string;
}

/**
 * The tests of one pool of storage, group after group:
 *
 *     VmGroupMachines ─▶ FioTest ─▶ FioTest ─▶ … ─▶ GroupCleanup ─▶ VmGroupMachines ─▶ …
 *                           └──────────┴─ PoolSummary ─┘
 */
export class StoragePool extends pulumi.ComponentResource {
  readonly #name: string;
  readonly #args: StoragePoolArgs;
  readonly #tests: { readonly key: string; readonly test: FioTest }[] = [];
  readonly #cleanups: { readonly key: string; readonly cleanup: GroupCleanup }[] = [];

  /** @param name the name of the pool. */
  constructor(name: string, args: StoragePoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("chainfleet:storage:StoragePool", name, {}, opts);
    this.#name = name;
    this.#args = args;
  }

  /**
   * Adds the tests of a group.
   *
   * @param after what comes before: the cleanups of the groups before this one in its pool and in its lane.
   * @returns the cleanup of the group.
   */
  testGroup(group: VmGroup, after: readonly pulumi.Resource[]): GroupCleanup {
    const { timeoutSeconds, repeat, done, ...shared } = this.#args;
    const { cells, ...machinesOfGroup } = group;
    const inputs: GroupInputs = { ...shared, group: machinesOfGroup };
    const name = group.key.replaceAll(":", "-");
    const planned = cells.map(({ profile, blockSize }) => {
      const test = { profile, blockSize };
      const job = jobFile(profile, blockSize, shared.fio);
      return {
        ...test,
        key: testKey(inputs, test),
        job,
        definition: definitionOf({ ...inputs, repeat }, test, job),
      };
    });
    const machines = new VmGroupMachines(
      `${name}-machines`,
      {
        ...inputs,
        tests: planned.map(({ profile, blockSize, definition }) => ({ profile, blockSize, definition })),
      },
      { parent: this, dependsOn: [...after] },
    );
    let previous: pulumi.Resource = machines;
    const tests: FioTest[] = [];
    for (const { key, profile, blockSize, job } of planned) {
      const test = new FioTest(
        key.replaceAll(":", "-"),
        { ...inputs, profile, blockSize, job, hasResult: done?.has(key), timeoutSeconds, repeat },
        { parent: this, dependsOn: previous },
      );
      previous = test;
      tests.push(test);
      this.#tests.push({ key, test });
    }
    const cleanup = new GroupCleanup(
      `${name}-cleanup`,
      { ...inputs, tests: pulumi.all(tests.map(({ endedAt }) => endedAt)) },
      { parent: this, dependsOn: previous },
    );
    this.#cleanups.push({ key: group.key, cleanup });
    return cleanup;
  }

  /** Adds the summary, after all groups. */
  summarize(): PoolSummary {
    const { run, runIsGiven, results, cluster } = this.#args;
    const byKey = <Value>(pick: (test: FioTest) => Value) =>
      Object.fromEntries(this.#tests.map(({ key, test }) => [key, pick(test)]));
    const summary = new PoolSummary(
      `${this.#name}-summary`,
      {
        run,
        runIsGiven,
        results,
        cluster,
        pool: this.#name,
        outcomes: byKey(({ outcome }) => outcome),
        errors: byKey(({ error }) => error),
        endedAt: this.#tests.map(({ test }) => test.endedAt),
        leftovers: Object.fromEntries(this.#cleanups.map(({ key, cleanup }) => [key, cleanup.error])),
      },
      { parent: this },
    );
    this.registerOutputs({});
    return summary;
  }
}
