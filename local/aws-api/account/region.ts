import type { Clock } from "../../cloud/engine/conditions/clock";
import { fraction } from "../../cloud/engine/resources/random";
import type { Addresses } from "../../ssh/addresses";
import type { Faults } from "../conditions/faults";
import type { Group } from "../groups/group";
import type { ImageRecord, SnapshotRecord } from "../images/record";
import type { Instance } from "../instances/instance";
import type { SshAccess } from "../instances/ssh-access";
import type { Structure } from "../protocol/service-model";
import type { Refresh } from "../refresh/refresh";
import type { MotoClient } from "./moto-client";

/** What all regions of the simulated account share. */
export interface Account {
  readonly clock: Clock;
  readonly seed: number;
  readonly faults: Faults;
  readonly addresses: Addresses;
  readonly ssh: SshAccess;
  /** Folder of the disks of instances and images. */
  readonly disks: string;
  /** The alarms of CloudWatch that are in the state ALARM; a test sets them through `/_control/alarms`. */
  readonly alarms: Set<string>;
  /**
   * Whether a duration is drawn from its range or is the middle of the range. With equal durations, a benchmark can compare
   * releases of different sizes; set through `/_control/durations`.
   */
  durations: "drawn" | "middle";
  /** Aborted when the service ends. */
  readonly signal: AbortSignal;
}

/**
 * One region of the simulated account: moto, and beside it what moto lacks. moto knows which instances, images,
 * templates and groups exist; the records here know in which state between two states they are.
 */
export class Region {
  readonly instances = new Map<string, Instance>();
  readonly images = new Map<string, ImageRecord>();
  readonly snapshots = new Map<string, SnapshotRecord>();
  readonly groups = new Map<string, Group>();
  /** The refreshes of each group, the newest first. */
  readonly refreshes = new Map<string, Refresh[]>();
  /** Numbers of the deleted versions of each launch template: moto cannot delete a version. */
  readonly deletedVersions = new Map<string, Set<number>>();
  /** Answers by client token, for calls that AWS executes once for each token. */
  readonly tokens = new Map<string, { readonly parameters: string; readonly answer: Promise<Structure> }>();

  constructor(
    readonly name: string,
    readonly account: Account,
    readonly moto: MotoClient,
  ) {}

  /** Calls EC2 in moto. The answer has the type that the SDK gives to the operation's output. */
  async ec2<Answer>(action: string, parameters: object): Promise<Answer> {
    return (await this.moto.call("ec2", action, parameters as Structure)) as Answer;
  }

  /** Calls Auto Scaling in moto. */
  async autoScaling<Answer>(action: string, parameters: object): Promise<Answer> {
    return (await this.moto.call("autoscaling", action, parameters as Structure)) as Answer;
  }

  /** Seconds in a range, drawn from the seed: the same in each run for the same parts. */
  seconds([shortest, longest]: readonly [number, number], ...parts: readonly string[]): number {
    if (this.account.durations === "middle") {
      return (shortest + longest) / 2;
    }
    return shortest + (longest - shortest) * fraction(this.account.seed, ...parts);
  }

  /** Runs work that nobody waits for, such as the end of a boot. An error that is not the service's end is logged. */
  inBackground(what: string, work: Promise<unknown>): void {
    work.catch((error: unknown) => {
      if (!this.account.signal.aborted) {
        console.error(
          `${what} in ${this.name} failed: ${error instanceof Error ? error.stack : String(error)}`,
        );
      }
    });
  }
}
