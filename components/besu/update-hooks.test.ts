import type { ResourceHookArgs } from "@pulumi/pulumi";
import { describe, expect, it, vi } from "vitest";
import { UpdateGate } from "./update-gate";
import { enterGate, leaveWhenBack, loseUnlessRepeated, planUpdate } from "./update-hooks";
import { ONE_AT_A_TIME } from "./votes/allowance";

const gateOf = (width: number, regions: readonly string[] = []) =>
  new UpdateGate({ allowance: async () => ({ ...ONE_AT_A_TIME, atOnce: width }), regions });
const statefulSet = (image: string, args: readonly string[] = [], labels = {}) => ({
  metadata: { labels },
  spec: { template: { spec: { containers: [{ image, args }] } } },
});
const enter = (gate: UpdateGate, update: Parameters<typeof enterGate>[1]) => enterGate(gate, update, 60);
const LEGACY = ["--Xbft-legacy-protocol-encoding=true"];

describe("the gate before a validator's update", () => {
  it("admits an update to software that the validators understand", async () => {
    const gate = gateOf(1);
    await enter(gate, {
      name: "a",
      oldInputs: statefulSet("besu:25.10.0"),
      newInputs: statefulSet("besu:26.9.0", LEGACY),
    });
    gate.leave("a");
  });

  it("refuses a validator that an earlier run left behind, and every validator after it", async () => {
    const gate = gateOf(1);
    const newInputs = statefulSet("besu:26.9.0");
    await expect(
      enter(gate, { name: "behind", oldInputs: statefulSet("besu:25.10.0"), newInputs }),
    ).rejects.toThrow("BESU_UPDATE_REFUSED");
    await expect(
      enter(gate, { name: "updated", oldInputs: statefulSet("besu:26.9.0", LEGACY), newInputs }),
    ).rejects.toThrow(
      "VALIDATOR_UPDATE_REFUSED: updated was not updated, because behind may not be updated.",
    );
  });

  it("takes the release from the label where the image's tag names none", async () => {
    const label = (release: string) => ({ "app.kubernetes.io/version": release });
    await expect(
      enter(gateOf(1), {
        name: "a",
        oldInputs: statefulSet("besu:approved", [], label("25.12.0")),
        newInputs: statefulSet("besu:approved-2", [], label("26.9.0")),
      }),
    ).rejects.toThrow("The validators run Besu 25.12.0");
  });

  it("admits an update of which neither label nor tag names the release", async () => {
    await enter(gateOf(1), {
      name: "a",
      oldInputs: statefulSet("besu:approved"),
      newInputs: statefulSet("besu:approved-2"),
    });
  });
});

describe("the gate after an update", () => {
  const update = { name: "a" } as ResourceHookArgs;

  it("admits the next validator when the one before is back, and not before", async () => {
    const gate = gateOf(1);
    await gate.enter("a", 60);
    const events: string[] = [];
    const next = gate.enter("b", 60).then(() => events.push("b entered"));
    await leaveWhenBack(gate, update, async () => {
      await new Promise(setImmediate);
      events.push("a is back");
    });
    await next;
    expect(events).toEqual(["a is back", "b entered"]);
  });

  it("admits no other once a validator does not come back, and the run fails", async () => {
    const gate = gateOf(1);
    await gate.enter("a", 60);
    const next = gate.enter("b", 60);
    const missing = new Error("a has seen no block after 7");
    await Promise.all([
      expect(next).rejects.toThrow("a did not become ready after its update"),
      expect(leaveWhenBack(gate, update, () => Promise.reject(missing))).rejects.toBe(missing),
    ]);
  });
});

describe("the gate after a failed update", () => {
  const failed = { urn: "", id: "", name: "a", type: "", failedOperation: "update", errors: ["…"] };

  it("stays open while the update is repeated, and closes when the failure is final", async () => {
    const gate = gateOf(2);
    await gate.enter("a", 60);
    expect(await loseUnlessRepeated(gate, failed, async () => true)).toBe(true);
    await gate.enter("b", 60);
    gate.leave("b");
    expect(await loseUnlessRepeated(gate, failed, async () => false)).toBe(false);
    await expect(gate.enter("c", 60)).rejects.toThrow("a did not become ready after its update");
  });

  it("waits for a repeated update as long as for the first", async () => {
    vi.useFakeTimers();
    const gate = gateOf(2);
    await gate.enter("a", 60);
    vi.advanceTimersByTime(50_000);
    await loseUnlessRepeated(gate, failed, async () => true);
    vi.advanceTimersByTime(50_000);
    await gate.enter("b", 60);
    vi.advanceTimersByTime(20_000);
    await expect(gate.enter("c", 60)).rejects.toThrow("VALIDATOR_UPDATE_REFUSED");
    vi.useRealTimers();
  });
});

describe("the gate in a preview", () => {
  it("notes each restart with its region and its images, and of Kubernetes nodes no image", () => {
    const gate = gateOf(1, ["eu", "eu-west"]);
    planUpdate(gate, {
      name: "eu-west-validator-0",
      oldInputs: statefulSet("besu:26.8.1"),
      newInputs: statefulSet("besu:26.9.0"),
    });
    planUpdate(gate, { name: "eu-aks", oldInputs: { kubernetesVersion: "1.34" }, newInputs: {} });
    expect(gate.planned).toEqual([
      {
        name: "eu-west-validator-0",
        region: "eu-west",
        images: { before: "besu:26.8.1", after: "besu:26.9.0" },
      },
      { name: "eu-aks", region: "eu", images: undefined },
    ]);
  });

  it("refuses what the update would refuse", () => {
    const update = {
      name: "behind",
      oldInputs: statefulSet("besu:25.10.0"),
      newInputs: statefulSet("besu:26.9.0"),
    };
    expect(() => planUpdate(gateOf(1), update)).toThrow("BESU_UPDATE_REFUSED");
  });
});
