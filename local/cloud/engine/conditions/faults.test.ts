import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKOUT } from "../../../root";
import { Faults } from "./faults";

const faults = () => new Faults(join(mkdtempSync(join(tmpdir(), "faults-")), "faults.json"));
const set = (script: unknown) => () => faults().set(script);

describe("a fault script", () => {
  it.each([
    [{ match: { operation: "destroy" }, action: "error" }, "matches none of create, read, update"],
    [{ match: {}, action: "hang", code: "QuotaExceeded" }, "code and message belong to error"],
    [{ match: {}, action: "throttle", message: "slow down" }, "throttle with afterSeconds"],
    [{ match: { typ: "*" }, action: "error" }, "typ"],
  ])("with the mistake %j is refused", (fault, mistake) => {
    expect(set([fault])).toThrow(/the fault script is not valid/);
    expect(set([fault])).toThrow(mistake);
  });

  it("is documented by an example that is accepted", () => {
    const text = readFileSync(join(CHECKOUT, "docs", "fidelity.md"), "utf8");
    const example = /```json\n(\[.*?\n\])\n```/s.exec(text)?.[1] ?? "";
    const accepting = faults();
    accepting.set(JSON.parse(example));
    expect(accepting.report().faults).toHaveLength(2);
  });
});
