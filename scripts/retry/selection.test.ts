import { describe, expect, it } from "vitest";
import type { Summary } from "../run/summary";
import { patternsOf, selectRetry } from "./selection";

const configured = ["eastus", "westeurope", "onprem"].map((name) => ({ name }));
const lastRun = (result: Summary["result"], results: Record<string, string>, mode = "up") =>
  ({
    mode,
    result,
    regions: Object.entries(results).map(([name, result]) => ({ name, result })),
  }) as unknown as Summary;

describe("the regions of a retry", () => {
  it("are those that the last run did not finish, and those that are new in the config", () => {
    const last = lastRun("failed", { eastus: "succeeded", westeurope: "unfinished" });
    expect(selectRetry({ named: [], configured, last })).toEqual({
      regions: ["westeurope", "onprem"],
      others: ["eastus"],
      finished: ["eastus"],
    });
  });

  it("are all after a run that was killed, or after everything was deleted", () => {
    const all = { regions: ["eastus", "westeurope", "onprem"], others: [], finished: [] };
    expect(selectRetry({ named: [], configured, last: undefined })).toEqual(all);
    const deleted = lastRun("succeeded", { eastus: "succeeded" }, "destroy");
    expect(selectRetry({ named: [], configured, last: deleted })).toEqual(all);
  });

  it("are none after a run that succeeded, but the named regions always", () => {
    const last = lastRun("succeeded", { eastus: "succeeded" });
    expect(selectRetry({ named: [], configured, last })).toBeUndefined();
    expect(selectRetry({ named: ["eastus"], configured, last })?.regions).toEqual(["eastus"]);
  });

  it("must be in the config, and their resources distinct from those of the others", () => {
    expect(() => selectRetry({ named: ["mars"], configured, last: undefined })).toThrow(
      "REGION_UNKNOWN: The config has no region mars",
    );
    const nested = [{ name: "eu" }, { name: "eu-west" }];
    expect(() => selectRetry({ named: ["eu-west"], configured: nested, last: undefined })).toThrow(
      "REGION_INDISTINCT",
    );
    expect(selectRetry({ named: ["eu"], configured: nested, last: undefined })?.others).toEqual(["eu-west"]);
    expect(patternsOf("eu")).toEqual(["**::eu", "**::eu-**"]);
  });
});
