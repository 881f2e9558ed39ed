import type * as pulumi from "@pulumi/pulumi";
import { DynamicResource } from "../../engine/dynamic-resource";
import type { RunAddress } from "../run/open-run";

/** Arguments of a PoolSummary. */
export interface PoolSummaryArgs extends RunAddress {
  readonly runIsGiven: boolean;
  readonly pool: string;
  /** How each test of the pool ended, by key. */
  readonly outcomes: Readonly<Record<string, pulumi.Output<string>>>;
  /** When each test ended: a pool whose tests ran again has a new summary. */
  readonly endedAt: readonly pulumi.Output<string>[];
  /** Why each test failed or was skipped, by key. */
  readonly errors: Readonly<Record<string, pulumi.Output<string>>>;
  /** Why objects of a group are left, by the group's key. */
  readonly leftovers: Readonly<Record<string, pulumi.Output<string>>>;
}

/** The summary of a pool. The resource exists only if every test of the pool passed and nothing was left behind. */
export class PoolSummary extends DynamicResource {
  constructor(name: string, args: PoolSummaryArgs, opts?: pulumi.CustomResourceOptions) {
    super("PoolSummary", name, args, opts);
  }
}
