import { cp, mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Region } from "../account/region";
import { DURATIONS } from "../conditions/durations";
import { openInstance, removeSshFiles } from "./ssh-access";

/** Codes of the states. Source: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_InstanceState.html */
export const STATE_CODES = {
  pending: 0,
  running: 16,
  "shutting-down": 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

export type InstanceStateName = keyof typeof STATE_CODES;

/** What an instance was launched with, as far as this service needs to know it. */
export interface Launch {
  readonly id: string;
  readonly imageId: string;
  readonly instanceType: string;
  readonly subnetId: string;
  readonly zone: string;
  readonly template?: { readonly id: string; readonly name: string; readonly version: string };
  readonly clientToken?: string;
  /** The name of the group that launched the instance. */
  readonly group?: string;
  readonly isProtectedFromScaleIn: boolean;
}

/**
 * An instance between launch and termination. moto does not know intermediate states, so this record says in which state
 * the instance is shown, and moto is told of each change at its end.
 *
 * States and their order: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-instance-lifecycle.html
 */
export class Instance {
  state: InstanceStateName = "pending";
  /** Simulated seconds at which the instance last became `running`. */
  runningSince = 0;
  /** sshd answers, and the status checks pass. */
  isReachable = false;
  isProtectedFromScaleIn: boolean;
  isStandby = false;
  health: "Healthy" | "Unhealthy" = "Healthy";
  #transition = new AbortController();
  #stopServer: (() => Promise<void>) | undefined;

  constructor(
    readonly region: Region,
    readonly launch: Launch,
    /** The private and the public address. */
    readonly address: string,
  ) {
    this.isProtectedFromScaleIn = launch.isProtectedFromScaleIn;
  }

  get id(): string {
    return this.launch.id;
  }

  /** The folder that stands for the instance's disk. */
  get disk(): string {
    return join(this.region.account.disks, this.id);
  }

  /** Copies the image's disk, then boots in the background. */
  async create(): Promise<void> {
    const image = this.region.images.get(this.launch.imageId);
    await mkdir(this.disk, { recursive: true, mode: 0o700 });
    if (image !== undefined) {
      await cp(image.disk, this.disk, { recursive: true, verbatimSymlinks: true });
    }
  }

  /** From `pending` to `running`, and until sshd answers. */
  boot(): void {
    this.#change("boot", "pending", async (turn) => {
      await turn.pause(DURATIONS.boot, "boot");
      await this.#run(turn);
    });
  }

  /** To `running` with sshd at once: for the instances that exist before the service is ready. */
  async bootAtOnce(): Promise<void> {
    this.state = "running";
    await this.#openSsh();
  }

  start(): void {
    this.#change("start", "pending", async (turn) => {
      await turn.pause(DURATIONS.boot, "start");
      await this.region.ec2("StartInstances", { InstanceIds: [this.id] });
      await this.#run(turn);
    });
  }

  stop(): void {
    this.#change("stop", "stopping", async (turn) => {
      await this.#closeSsh();
      await turn.pause(DURATIONS.stop, "stop");
      await this.region.ec2("StopInstances", { InstanceIds: [this.id] });
      turn.enter("stopped");
    });
  }

  /** The instance stays `running`, and sshd is away until the system is up again. */
  reboot(): void {
    this.#change("reboot", "running", async (turn) => {
      await this.#closeSsh();
      await turn.pause(DURATIONS.ssh, "reboot");
      await this.#openSsh();
    });
  }

  /** From any state to `terminated`. The disk is deleted, as a root volume is by default. */
  terminate(): void {
    if (this.state === "shutting-down" || this.state === "terminated") {
      return;
    }
    this.#change("termination", "shutting-down", async (turn) => {
      await this.#closeSsh();
      await turn.pause(DURATIONS.terminate, "terminate");
      const { group } = this.launch;
      if (group !== undefined && this.region.groups.has(group)) {
        // moto launches a replacement by itself if an instance of a group ends; groups/capacity.ts does that here.
        await this.region.autoScaling("DetachInstances", {
          AutoScalingGroupName: group,
          InstanceIds: [this.id],
          ShouldDecrementDesiredCapacity: true,
        });
      }
      await this.region.ec2("TerminateInstances", { InstanceIds: [this.id] });
      turn.enter("terminated");
      await rm(this.disk, { recursive: true, force: true });
      await removeSshFiles(this.region.account.ssh, this.id);
    });
  }

  async #run(turn: Turn): Promise<void> {
    turn.enter("running");
    this.runningSince = this.region.account.clock.now();
    await turn.pause(DURATIONS.ssh, "ssh");
    await this.#openSsh();
  }

  async #openSsh(): Promise<void> {
    const image = this.region.images.get(this.launch.imageId);
    const { ssh } = this.region.account;
    const stop = await openInstance(ssh, {
      id: this.id,
      address: this.address,
      users: image?.users ?? DEFAULT_USERS,
      disk: this.disk,
    });
    if (this.state !== "running" || this.#stopServer !== undefined) {
      // The instance was stopped, terminated or rebooted while sshd started.
      await stop();
      return;
    }
    this.#stopServer = stop;
    this.isReachable = true;
  }

  async #closeSsh(): Promise<void> {
    this.isReachable = false;
    const stop = this.#stopServer;
    this.#stopServer = undefined;
    await stop?.();
  }

  /** Starts a change of the state and ends the one under way, whose remaining steps no longer happen. */
  #change(what: string, state: InstanceStateName, steps: (turn: Turn) => Promise<void>): void {
    const { account } = this.region;
    const previous = this.#transition;
    const transition = new AbortController();
    this.#transition = transition;
    previous.abort(new Superseded());
    this.state = state;
    const signal = AbortSignal.any([transition.signal, account.signal]);
    const turn: Turn = {
      pause: async (range, step) => {
        await account.clock.sleep(this.region.seconds(range, this.id, step), signal);
        signal.throwIfAborted();
      },
      enter: (next) => {
        signal.throwIfAborted();
        this.state = next;
      },
    };
    const work = steps(turn)
      .catch((error: unknown) => {
        if (!(error instanceof Superseded)) {
          throw error;
        }
      })
      .finally(() => this.region.groups.get(this.launch.group ?? "")?.changed());
    this.region.inBackground(`${what} of ${this.id}`, work);
  }
}

/** The steps of a change of the state. Both throw {@link Superseded} once another change has begun. */
interface Turn {
  /** Waits as long as the step takes on AWS. */
  pause(range: readonly [number, number], step: string): Promise<void>;
  enter(state: InstanceStateName): void;
}

class Superseded extends Error {}

/** The user names of the usual images. Source: https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/connection-prereqs-general.html */
export const DEFAULT_USERS = ["ec2-user", "ubuntu", "admin"] as const;
