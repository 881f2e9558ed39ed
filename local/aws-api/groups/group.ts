import type { Region } from "../account/region";
import type { Instance } from "../instances/instance";
import { ApiError } from "../protocol/errors";
import { adjustCapacity } from "./capacity";
import type { Configuration } from "./configuration";

/** The part of a group that is not in moto: moto would launch instances by itself, at once, from the default version. */
export interface GroupSettings {
  readonly name: string;
  minSize: number;
  maxSize: number;
  desiredCapacity: number;
  configuration: Configuration;
  /** Seconds; 0 if the request has none (https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_CreateAutoScalingGroup.html). */
  healthCheckGracePeriod: number;
  /** Seconds. */
  defaultInstanceWarmup?: number;
  readonly subnetIds: readonly string[];
  protectsNewInstances: boolean;
}

/** An Auto Scaling group. */
export class Group {
  isBeingDeleted = false;
  #adjustment: Promise<void> | undefined;
  #isStale = false;

  constructor(
    readonly region: Region,
    readonly settings: GroupSettings,
  ) {}

  get name(): string {
    return this.settings.name;
  }

  /** The instances of the group that are not terminated, the oldest first. */
  members(): Instance[] {
    return [...this.region.instances.values()].filter(
      ({ launch, state }) => launch.group === this.name && state !== "terminated",
    );
  }

  /**
   * Something changed: the desired capacity, or the state of an instance. Brings the number of instances to the desired
   * capacity in the background.
   */
  changed(): void {
    if (this.#adjustment !== undefined) {
      this.#isStale = true;
      return;
    }
    this.#isStale = false;
    this.#adjustment = adjustCapacity(this).finally(() => {
      this.#adjustment = undefined;
      if (this.#isStale) {
        this.changed();
      }
    });
    this.region.inBackground(`capacity of ${this.name}`, this.#adjustment);
  }
}

/** @throws {ApiError} ValidationError if there is no group of that name. */
export function existingGroup(region: Region, name = ""): Group {
  const group = region.groups.get(name);
  if (group === undefined) {
    throw new ApiError(
      "ValidationError",
      `AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`,
    );
  }
  if (group.isBeingDeleted) {
    throw new ApiError("ScalingActivityInProgress", `AutoScalingGroup ${name} is being deleted`);
  }
  return group;
}
