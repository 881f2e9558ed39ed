import { setTimeout as delay } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChainfleetError } from "../../components/error";
import { asChainfleetError, exitCodeOf, forEach } from "./outcomes";

const failed = (summary: string) => new ChainfleetError({ code: "TRIED", summary });

describe("the work for several groups", () => {
  it("ends completely, whatever fails and in whatever order it ends, and keeps the order of the groups", async () => {
    const anyWork = fc.array(
      fc.record({ milliseconds: fc.integer({ min: 0, max: 5 }), fails: fc.boolean() }),
    );
    await fc.assert(
      fc.asyncProperty(anyWork, async (works) => {
        let ended = 0;
        const outcomes = await forEach(
          [...works.entries()],
          ([index]) => `group ${index}`,
          async ([index, { milliseconds, fails }]) => {
            await delay(milliseconds);
            ended += 1;
            if (fails) {
              throw failed(String(index));
            }
            return index;
          },
        );
        expect(ended).toBe(works.length);
        expect(
          outcomes.map(({ value, error }) => (error === undefined ? value : Number(error.summary))),
        ).toEqual([...works.keys()]);
        expect(outcomes.map(({ error }) => error !== undefined)).toEqual(works.map(({ fails }) => fails));
        expect(exitCodeOf(outcomes)).toBe(works.some(({ fails }) => fails) ? 1 : 0);
      }),
      { numRuns: 30 },
    );
  });
});

describe("an error of other software", () => {
  it("of AWS names the group and AWS's own error", () => {
    const error = Object.assign(new Error("not authorized"), { name: "AccessDenied", $metadata: {} });
    expect(asChainfleetError("web (eu-west-1)", error)).toMatchObject({
      code: "AWS_CALL_FAILED",
      summary: "web (eu-west-1): not authorized (AccessDenied)",
      cause: error,
    });
  });

  it("of this program is not shown as one of AWS", () => {
    expect(asChainfleetError("web (eu-west-1)", new TypeError("x is undefined")).code).toBe(
      "UNEXPECTED_ERROR",
    );
  });

  it("that is meant for the user stays as it is", () => {
    const error = failed("as it is");
    expect(asChainfleetError("web (eu-west-1)", error)).toBe(error);
  });
});
