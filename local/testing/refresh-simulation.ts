import type { Preferences } from "../aws-api/refresh/preferences";
import { INITIAL, isActive, type Member, type Progress, step } from "../aws-api/refresh/progress";

/** A group of instances that start and end in some steps, under a refresh. */
export class RefreshSimulation {
  progress: Progress = INITIAL;
  now = 0;
  members: (Member & { ready: number })[];
  /** The fewest healthy and the most healthy and starting instances that were there after any step. */
  fewest = Number.POSITIVE_INFINITY;
  most = 0;
  #launches = 0;

  constructor(
    readonly desired: number,
    readonly preferences: Preferences,
    readonly isHeld: (index: number) => Pick<Member, "isProtected" | "isStandby"> = () => ({
      isProtected: false,
      isStandby: false,
    }),
  ) {
    this.members = Array.from({ length: desired }, (_, index) => ({
      id: `old-${index}`,
      health: "healthy" as const,
      isOutdated: true,
      isLaunched: false,
      ready: 0,
      ...this.isHeld(index),
    }));
  }

  /** @param bootSeconds how long an instance that is launched now will need. */
  advance(bootSeconds: number): void {
    this.now += 10;
    this.members = this.members
      .filter(({ health, ready }) => health !== "leaving" || ready > this.now)
      .map((member) =>
        member.health === "starting" && member.ready <= this.now ? { ...member, health: "healthy" } : member,
      );
    const result = step(this.progress, this.members, this.conditions());
    this.become(result.progress);
    this.members = this.members.map((member) =>
      result.terminate.includes(member.id) ? { ...member, health: "leaving", ready: this.now + 30 } : member,
    );
    for (let i = 0; i < result.launch; i += 1) {
      this.#launches += 1;
      this.members.push({
        id: `new-${this.#launches}`,
        health: "starting",
        isOutdated: false,
        isLaunched: true,
        isProtected: false,
        isStandby: false,
        ready: this.now + bootSeconds,
      });
    }
    const serving = this.members.filter(({ isStandby, health }) => !isStandby && health !== "leaving");
    this.fewest = Math.min(this.fewest, serving.filter(({ health }) => health === "healthy").length);
    this.most = Math.max(this.most, serving.length);
  }

  conditions() {
    return { desired: this.desired, preferences: this.preferences, now: this.now };
  }

  become(progress: Progress): void {
    if (progress.status === "RollbackInProgress" && this.progress.status !== "RollbackInProgress") {
      this.members = this.members.map((member) => ({
        ...member,
        isOutdated: member.isLaunched,
        isLaunched: false,
      }));
    }
    this.progress = progress;
  }

  run(steps = 5000): void {
    for (let i = 0; i < steps && isActive(this.progress.status); i += 1) {
      this.advance(60);
    }
  }
}
