import type { Address } from "viem";
import type { Head } from "./chain";
import { type Decision, Height, type HeightSetting } from "./height";
import { type Participant, undisturbedDecision } from "./undisturbed";

/**
 * The nodes that have the same head, and their consensus on the next block. As long as nothing happens to them the decision is
 * computed; as soon as something does, the messages since the parent are simulated one by one.
 */
export class Group {
  readonly #participants: Participant[];
  #height: Height | undefined;
  #undisturbed: Decision | undefined;
  #isComputed = false;
  /** The block that the group has decided on, if some of its nodes are not reached by it. QBFT never decides on two. */
  decided: Head | undefined;

  /** @param participants that have imported the head, or will have. */
  constructor(
    readonly head: Head,
    readonly setting: HeightSetting,
    participants: readonly Participant[],
  ) {
    this.#participants = participants.filter(({ validator }) => setting.validators.includes(validator));
  }

  /** The decision, if there is one up to and including the given time. */
  run(until: number): Decision | undefined {
    if (this.#height === undefined) {
      if (!this.#isComputed) {
        this.#undisturbed = undisturbedDecision(this.setting, this.#participants);
        this.#isComputed = true;
      }
      if (this.#undisturbed !== undefined) {
        return this.#undisturbed.time <= until ? this.#undisturbed : undefined;
      }
    }
    return this.#disturbed(until).run(until);
  }

  join(validator: Address, time: number): void {
    this.#disturbed(time).join(validator, time);
  }

  leave(validator: Address, time: number): void {
    this.#disturbed(time).leave(validator);
  }

  /** Connections are about to change, or delays. */
  disturb(time: number): void {
    this.#disturbed(time);
  }

  /** The round of a validator; undefined if it does not take part, or if its messages need not be looked at. */
  roundOf(validator: Address): number | undefined {
    return this.#height?.roundOf(validator);
  }

  #disturbed(time: number): Height {
    if (this.#height === undefined) {
      this.#height = new Height(this.setting);
      for (const { validator, joined } of this.#participants) {
        this.#height.join(validator, joined);
      }
      this.#height.run(time);
    }
    return this.#height;
  }
}
