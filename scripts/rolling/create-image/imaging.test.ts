import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChainfleetError } from "../../../components/error";
import { type ChosenInstance, imageOf } from "./imaging";

const STEPS = [
  "enterStandby",
  "stop",
  "createImage",
  "untilAvailable",
  "bringBack",
  "createVersion",
] as const;
type Step = (typeof STEPS)[number];

/** An instance of a group in memory: which steps were done, and whether the instance is in service. */
function simulated(effects: { readonly fails?: Step; readonly interruptedAt?: Step }) {
  const controller = new AbortController();
  const done: Step[] = [];
  let lifecycle = "InService";
  let power = "running";
  const step = (name: Step, effect: () => void = () => {}) => {
    done.push(name);
    if (effects.interruptedAt === name) {
      controller.abort(new ChainfleetError({ code: "INTERRUPTED", summary: "Interrupted." }));
    }
    if (effects.fails === name) {
      throw new Error(`${name} failed`);
    }
    effect();
  };
  const instance: ChosenInstance = {
    label: "web (eu-west-1), i-1",
    commands: "aws ec2 start-instances",
    enterStandby: async () => step("enterStandby", () => (lifecycle = "Standby")),
    stop: async () => step("stop", () => (power = "stopped")),
    createImage: async () => {
      step("createImage");
      return "ami-new";
    },
    untilAvailable: async () => step("untilAvailable"),
    bringBack: async () =>
      step("bringBack", () => {
        power = "running";
        lifecycle = "InService";
      }),
    createVersion: async () => {
      step("createVersion");
      return 8;
    },
  };
  const supervision = {
    signal: controller.signal,
    sweepCommand: "chainfleet rolling sweep --stack shop",
    say: () => {},
  };
  return {
    run: () => imageOf(instance, supervision).catch((error: ChainfleetError) => error),
    done,
    isInService: () => lifecycle === "InService" && power === "running",
  };
}

describe("an image of an instance in service", () => {
  it("is made in order, and the version comes after the instance is back", async () => {
    const { run, done } = simulated({});
    expect(await run()).toEqual({ imageId: "ami-new", version: 8 });
    expect(done).toEqual(STEPS);
  });

  it("leaves the instance in service, or names the commands that bring it back, wherever it fails or is interrupted", async () => {
    const anyStep = fc.option(fc.constantFrom(...STEPS), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(anyStep, anyStep, async (fails, interruptedAt) => {
        const { run, isInService, done } = simulated({
          ...(fails === undefined ? {} : { fails }),
          ...(interruptedAt === undefined ? {} : { interruptedAt }),
        });
        const result = await run();
        expect(done.filter((step) => step === "bringBack")).toHaveLength(1);
        if (result instanceof ChainfleetError) {
          expect(isInService()).toBe(!result.message.includes("aws ec2 start-instances"));
          expect(result.message.includes("the instance is in service")).toBe(isInService());
          // An image that nothing uses is always named with the command that deletes the image.
          const hasImage = done.includes("createImage") && fails !== "createImage";
          expect(result.message.includes("chainfleet rolling sweep --stack shop")).toBe(hasImage);
        } else {
          expect(isInService()).toBe(true);
          expect(fails).toBeUndefined();
        }
      }),
    );
  });

  it("tells of both failures if the instance cannot be brought back after another failure", async () => {
    const { run } = simulated({ fails: "bringBack", interruptedAt: "stop" });
    expect(await run()).toMatchObject({
      code: "INSTANCE_NOT_IN_SERVICE",
      summary:
        "Interrupted.\nweb (eu-west-1), i-1: the instance is not back in service: web (eu-west-1), i-1: bringBack failed",
      next: "To bring the instance back: aws ec2 start-instances",
    });
  });

  it("begins nothing new after an interruption", async () => {
    const { run, done } = simulated({ interruptedAt: "enterStandby" });
    expect(await run()).toMatchObject({ code: "INTERRUPTED" });
    expect(done).toEqual(["enterStandby", "bringBack"]);
  });
});
