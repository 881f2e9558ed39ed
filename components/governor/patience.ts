import { setTimeout as delay } from "node:timers/promises";
import { decide } from "./retry";
import { noteWait } from "./waits";

/**
 * Asks a question that changes nothing, and repeats the question after failures that may pass.
 *
 * @param subject of the question, for the record of the run. @example "eastus"
 * @throws the last error if the question fails for good.
 */
export async function patiently<Answer>(subject: string, ask: () => Promise<Answer>): Promise<Answer> {
  const errors: string[] = [];
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      errors.unshift(error instanceof Error ? error.message : String(error));
      const decision = decide({ urn: subject, type: "", failedOperation: "read", errors });
      if (!decision.retry) {
        throw error;
      }
      const failure = decision.failure.kind;
      const reason = `a question failed (${failure})`;
      noteWait({
        at: Date.now(),
        seconds: decision.waitSeconds,
        urn: subject,
        kind: "retry",
        failure,
        reason,
      });
      await delay(decision.waitSeconds * 1000);
    }
  }
}
