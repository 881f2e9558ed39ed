import { z } from "zod";
import { FaultSchedule, matchesGlob } from "../../cloud/engine/conditions/fault-schedule";

const fault = z
  .strictObject({
    storageClass: z
      .string()
      .min(1)
      .optional()
      .describe("glob (* and ?) of the storage class of the machine's claim; any class when absent"),
    boot: z.enum(["never", "unschedulable"]).optional(),
    fio: z.enum(["fails", "hangs"]).optional(),
    times: z
      .int()
      .positive()
      .optional()
      .describe("how often to inject the fault at most; without limit when absent"),
    probability: z.number().gt(0).max(1).optional(),
  })
  .refine(({ boot, fio }) => (boot === undefined) !== (fio === undefined), "a fault has either boot or fio");

const script = z.strictObject({ seed: z.int().default(0), faults: z.array(fault) });

export type Fault = z.infer<typeof fault>;
export type FaultScript = z.infer<typeof script>;

/**
 * The script of faults to inject into machines, and the number of times each was injected:
 *
 * - `boot: "unschedulable"`: the machine's pod asks for a node that does not exist
 * - `boot: "never"`: the machine is Running and never boots: neither SSH nor the guest agent answers
 * - `fio: "fails"`: fio ends at once with an I/O error and status 1
 * - `fio: "hangs"`: fio does nothing and never ends
 */
export class Faults {
  #script: FaultScript = { seed: 0, faults: [] };
  #schedule = new FaultSchedule<Fault>([], 0);

  report(): FaultScript & { readonly met: readonly number[] } {
    return { ...this.#script, met: this.#schedule.counts.met };
  }

  /** Replaces the script and resets the counts. Throws an Error that lists every mistake in an invalid script. */
  set(unchecked: unknown): void {
    const result = script.safeParse(Array.isArray(unchecked) ? { faults: unchecked } : unchecked);
    if (!result.success) {
      throw new Error(`the fault script is not valid:\n${z.prettifyError(result.error)}`);
    }
    this.#script = result.data;
    this.#schedule = new FaultSchedule(result.data.faults, result.data.seed);
  }

  /** Whether a machine's pod is to be unschedulable. Counts the fault as injected. */
  isUnschedulable(storageClass: string): boolean {
    return this.#meets(storageClass, ({ boot }) => boot === "unschedulable") !== undefined;
  }

  /** Whether a machine is never to boot. Counts the fault as injected. */
  neverBoots(storageClass: string): boolean {
    return this.#meets(storageClass, ({ boot }) => boot === "never") !== undefined;
  }

  /** What happens to a run of fio. Counts the fault as injected. */
  ofFio(storageClass: string): Fault["fio"] {
    return this.#meets(storageClass, ({ fio }) => fio !== undefined)?.fio;
  }

  #meets(storageClass: string, isOfKind: (fault: Fault) => boolean): Fault | undefined {
    return this.#schedule.meet((each) => isOfKind(each) && matchesGlob(each.storageClass, [storageClass]));
  }
}
